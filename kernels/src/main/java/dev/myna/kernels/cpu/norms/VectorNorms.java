// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.norms;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.cpu.math.VectorMath;
import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Normalizations of one row. Sums run in f32 lanes over short stretches, which are added in double precision. */
public final class VectorNorms implements NormKernels {
    /** Elements per stretch: 64 rounding steps per lane at most, at any width. */
    static final int STRETCH = 256;

    @Override
    public void rmsNorm(long in, long gain, float eps, long out, int width) {
        double squares = squaredDistance(in, width, 0, 0);
        float factor = (float) (1 / Math.sqrt(squares / width + eps));
        int i = 0;
        for (; i <= width - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(in + i * 4L).mul(factor).mul(Lanes.load(gain + i * 4L)), out + i * 4L);
        }
        for (; i < width; i++) {
            putFloat(out + i * 4L, getFloat(in + i * 4L) * factor * getFloat(gain + i * 4L));
        }
    }

    @Override
    public void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        // The mean in two parts, the second from what remains after subtracting the first: a row far from zero would
        // otherwise lose the digits that matter.
        float high = (float) (sum(in, width, 0) / width);
        float low = (float) (sum(in, width, high) / width);
        double squares = squaredDistance(in, width, high, low);
        float factor = (float) (1 / Math.sqrt(squares / width + eps));
        int i = 0;
        for (; i <= width - Lanes.W; i += Lanes.W) {
            FloatVector normal = Lanes.load(in + i * 4L).sub(high).sub(low).mul(factor);
            Lanes.store(normal.fma(Lanes.load(gain + i * 4L), Lanes.load(bias + i * 4L)), out + i * 4L);
        }
        for (; i < width; i++) {
            float normal = (getFloat(in + i * 4L) - high - low) * factor;
            putFloat(out + i * 4L, Math.fma(normal, getFloat(gain + i * 4L), getFloat(bias + i * 4L)));
        }
    }

    @Override
    public void softmax(long x, int width) {
        float max = max(x, width);
        double sum = 0;
        int i = 0;
        while (i <= width - Lanes.W) {
            int end = Math.min(i + STRETCH, width & -Lanes.W);
            FloatVector lanes = FloatVector.zero(Lanes.F);
            for (; i < end; i += Lanes.W) {
                FloatVector e = VectorMath.exp(Lanes.load(x + i * 4L).sub(max));
                lanes = e.add(lanes);
                Lanes.store(e, x + i * 4L);
            }
            sum += Lanes.sum(lanes);
        }
        for (; i < width; i++) {
            float e = (float) Math.exp(getFloat(x + i * 4L) - max);
            sum += e;
            putFloat(x + i * 4L, e);
        }
        multiply(x, width, (float) (1 / sum));
    }

    private static float max(long x, int width) {
        FloatVector lanes = FloatVector.broadcast(Lanes.F, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= width - Lanes.W; i += Lanes.W) {
            lanes = Lanes.load(x + i * 4L).max(lanes);
        }
        float max = lanes.reduceLanes(VectorOperators.MAX);
        for (; i < width; i++) {
            max = Math.max(max, getFloat(x + i * 4L));
        }
        return max;
    }

    private static void multiply(long x, int width, float factor) {
        int i = 0;
        for (; i <= width - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4L).mul(factor), x + i * 4L);
        }
        for (; i < width; i++) {
            putFloat(x + i * 4L, getFloat(x + i * 4L) * factor);
        }
    }

    /** Sum of (x - origin). */
    private static double sum(long x, int width, float origin) {
        double sum = 0;
        int i = 0;
        while (i <= width - Lanes.W) {
            int end = Math.min(i + STRETCH, width & -Lanes.W);
            FloatVector lanes = FloatVector.zero(Lanes.F);
            for (; i < end; i += Lanes.W) {
                lanes = Lanes.load(x + i * 4L).sub(origin).add(lanes);
            }
            sum += Lanes.sum(lanes);
        }
        for (; i < width; i++) {
            sum += getFloat(x + i * 4L) - origin;
        }
        return sum;
    }

    /** Sum of (x - high - low)^2. */
    private static double squaredDistance(long x, int width, float high, float low) {
        double sum = 0;
        int i = 0;
        while (i <= width - Lanes.W) {
            int end = Math.min(i + STRETCH, width & -Lanes.W);
            FloatVector lanes = FloatVector.zero(Lanes.F);
            for (; i < end; i += Lanes.W) {
                FloatVector difference = Lanes.load(x + i * 4L).sub(high).sub(low);
                lanes = difference.fma(difference, lanes);
            }
            sum += Lanes.sum(lanes);
        }
        for (; i < width; i++) {
            double difference = (double) getFloat(x + i * 4L) - high - low;
            sum += difference * difference;
        }
        return sum;
    }
}
