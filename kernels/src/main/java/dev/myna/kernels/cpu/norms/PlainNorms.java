// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.norms;

import static dev.myna.kernels.cpu.math.RowMemory.load;
import static dev.myna.kernels.cpu.math.RowMemory.store;

import dev.myna.kernels.cpu.math.PlainMath;
import dev.myna.kernels.cpu.math.RowMemory;
import dev.myna.kernels.machine.Lanes;

/**
 * The operations of {@link VectorNorms} element by element, with the same bits. A sum is taken as there: as many sums as a vector has
 * lanes, each of every so many elements of a stretch, added up in the order of {@link Lanes#sum}.
 */
public final class PlainNorms implements NormKernels {
    private static final int STRETCH = VectorNorms.STRETCH;

    private final ThreadLocal<RowMemory> memory;

    public PlainNorms(ThreadLocal<RowMemory> memory) {
        this.memory = memory;
    }

    @Override
    public void rmsNorm(long in, long gain, float eps, long out, int width) {
        RowMemory rows = memory.get();
        rows.reserve(width);
        load(in, rows.a, width);
        load(gain, rows.b, width);
        rms(rows.a, rows.b, eps, width);
        store(rows.a, out, width);
    }

    @Override
    public void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        RowMemory rows = memory.get();
        rows.reserve(width);
        load(in, rows.a, width);
        load(gain, rows.b, width);
        load(bias, rows.c, width);
        layer(rows.a, rows.b, rows.c, eps, width);
        store(rows.a, out, width);
    }

    @Override
    public void softmax(long x, int width) {
        RowMemory rows = memory.get();
        rows.reserve(width);
        load(x, rows.a, width);
        softmax(rows.a, width);
        store(rows.a, x, width);
    }

    private static void rms(float[] x, float[] gain, float eps, int width) {
        double squares = squaredDistance(x, width, 0, 0);
        float factor = (float) (1 / Math.sqrt(squares / width + eps));
        for (int i = 0; i < width; i++) {
            x[i] = x[i] * factor * gain[i];
        }
    }

    private static void layer(float[] x, float[] gain, float[] bias, float eps, int width) {
        float high = (float) (sum(x, width, 0) / width);
        float low = (float) (sum(x, width, high) / width);
        double squares = squaredDistance(x, width, high, low);
        float factor = (float) (1 / Math.sqrt(squares / width + eps));
        for (int i = 0; i < width; i++) {
            x[i] = Math.fma((x[i] - high - low) * factor, gain[i], bias[i]);
        }
    }

    private static void softmax(float[] x, int width) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            max = Math.max(max, x[i]);
        }
        int whole = width & -Lanes.W;
        for (int i = 0; i < width; i++) {
            x[i] = i < whole ? PlainMath.exp(x[i] - max) : (float) Math.exp(x[i] - max);
        }
        float factor = (float) (1 / sum(x, width, 0));
        for (int i = 0; i < width; i++) {
            x[i] *= factor;
        }
    }

    private static double sum(float[] x, int width, float origin) {
        double sum = 0;
        int whole = width & -Lanes.W;
        for (int i = 0; i < whole; i += STRETCH) {
            sum += sumOfLanes(x, i, Math.min(i + STRETCH, whole), origin, 0, 1);
        }
        for (int i = whole; i < width; i++) {
            sum += x[i] - origin;
        }
        return sum;
    }

    private static double squaredDistance(float[] x, int width, float high, float low) {
        double sum = 0;
        int whole = width & -Lanes.W;
        for (int i = 0; i < whole; i += STRETCH) {
            sum += squaresOfLanes(x, i, Math.min(i + STRETCH, whole), high, low, 0, 1);
        }
        for (int i = whole; i < width; i++) {
            double difference = (double) x[i] - high - low;
            sum += difference * difference;
        }
        return sum;
    }

    /** The sums of every {@code step}th lane from {@code lane}, added as a tree. */
    private static float sumOfLanes(float[] x, int from, int to, float origin, int lane, int step) {
        if (step < Lanes.W) {
            return sumOfLanes(x, from, to, origin, lane, 2 * step)
                    + sumOfLanes(x, from, to, origin, lane + step, 2 * step);
        }
        float sum = 0;
        for (int i = from + lane; i < to; i += step) {
            sum = x[i] - origin + sum;
        }
        return sum;
    }

    /** The same of (x - high - low)^2. */
    private static float squaresOfLanes(float[] x, int from, int to, float high, float low, int lane, int step) {
        if (step < Lanes.W) {
            return squaresOfLanes(x, from, to, high, low, lane, 2 * step)
                    + squaresOfLanes(x, from, to, high, low, lane + step, 2 * step);
        }
        float sum = 0;
        for (int i = from + lane; i < to; i += step) {
            float difference = x[i] - high - low;
            sum = Math.fma(difference, difference, sum);
        }
        return sum;
    }
}
