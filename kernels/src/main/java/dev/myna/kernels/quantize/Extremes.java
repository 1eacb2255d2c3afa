// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/** What bounds a group's scale. */
final class Extremes {
    /** Beyond every searched format, and its square far below the largest float. */
    private static final float LARGEST = 1e12f;

    private Extremes() {}

    /** Refuses what would overflow in a search. */
    static void requireSearchable(float largest) {
        if (largest > LARGEST) {
            throw new ArithmeticException(largest + " is beyond every scale");
        }
    }

    /** The first element of largest magnitude. */
    static float signed(float[] row, int from, int n) {
        float extreme = 0;
        for (int i = from; i < from + n; i++) {
            if (Math.abs(row[i]) > Math.abs(extreme)) {
                extreme = row[i];
            }
        }
        return extreme;
    }
}
