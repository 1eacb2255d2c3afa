// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.cpu.math.PlainMath;
import dev.myna.kernels.machine.Lanes;

/** Attention's loops over a row element by element: see {@link FlashLoops}. */
final class PlainRows {
    private PlainRows() {}

    static void scale(float[] x, float factor, int count) {
        for (int i = 0; i < count; i++) {
            x[i] *= factor;
        }
    }

    static float largest(float[] x, int count) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int column = 0; column < Panel.COLUMNS; column++) {
            float ofColumn = x[column];
            for (int i = column + Panel.COLUMNS; i < count; i += Panel.COLUMNS) {
                ofColumn = x[i] > ofColumn ? x[i] : ofColumn;
            }
            largest = Math.max(largest, ofColumn);
        }
        return largest;
    }

    /** {@code count} elements, whole vectors. */
    static void weights(float[] x, int count, float max, float factor, float[] sums) {
        for (int lane = 0; lane < Lanes.W; lane++) {
            float total = sums[lane] * factor;
            for (int i = lane; i < count; i += Lanes.W) {
                x[i] = PlainMath.exp(x[i] - max);
                total = x[i] + total;
            }
            sums[lane] = total;
        }
    }

    static void addScaled(float[] total, float[] part, float factor, int count) {
        for (int i = 0; i < count; i++) {
            total[i] = Math.fma(part[i], factor, total[i]);
        }
    }

    static void divide(float[] x, float divisor, int count) {
        for (int i = 0; i < count; i++) {
            x[i] /= divisor;
        }
    }
}
