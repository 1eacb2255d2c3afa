// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.norms;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.cpu.math.ScalarMath;

/**
 * Normalizations and softmax of single rows. Rows are f32 and contiguous; {@code long} arguments are addresses that the caller has
 * checked, counts are elements. The default of each operation is its specification: sums and functions in double precision, rounded
 * once. An implementation overrides what it does faster.
 */
public interface NormKernels {

    /** One row. */
    default void rmsNorm(long in, long gain, float eps, long out, int width) {
        double factor = 1 / Math.sqrt(squares(in, width) / width + eps);
        for (int i = 0; i < width; i++) {
            putFloat(out + i * 4L, (float) (getFloat(in + i * 4L) * factor * getFloat(gain + i * 4L)));
        }
    }

    /** One row. */
    default void layerNorm(long in, long gain, long bias, float eps, long out, int width) {
        double mean = 0;
        for (int i = 0; i < width; i++) {
            mean += getFloat(in + i * 4L);
        }
        mean /= width;
        double variance = 0;
        for (int i = 0; i < width; i++) {
            double difference = getFloat(in + i * 4L) - mean;
            variance += difference * difference;
        }
        double factor = 1 / Math.sqrt(variance / width + eps);
        for (int i = 0; i < width; i++) {
            double normal = (getFloat(in + i * 4L) - mean) * factor;
            putFloat(out + i * 4L, (float) (normal * getFloat(gain + i * 4L) + getFloat(bias + i * 4L)));
        }
    }

    /** One row, in place. */
    default void softmax(long x, int width) {
        double[] values = new double[width];
        for (int i = 0; i < width; i++) {
            values[i] = getFloat(x + i * 4L);
        }
        ScalarMath.softmax(values);
        for (int i = 0; i < width; i++) {
            putFloat(x + i * 4L, (float) values[i]);
        }
    }

    private static double squares(long x, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) getFloat(x + i * 4L) * getFloat(x + i * 4L);
        }
        return sum;
    }
}
