// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import dev.myna.kernels.machine.VectorSupport;

/** The largest magnitudes of a row. */
public final class Magnitudes {
    /** Larger than every number of the searched formats; its square is far below the largest float. */
    private static final float MAX_SEARCHABLE = 1e12f;

    private static final int WITHOUT_SIGN = 0x7FFF_FFFF;
    private static final boolean VECTORS = VectorSupport.usable();

    private Magnitudes() {}

    /** The largest magnitude; NaN or infinite if an element is. */
    public static float largest(float[] row) {
        return VECTORS ? VectorMagnitudes.largest(row) : largest(row, 0);
    }

    /** Of the elements from {@code from} on. The bits of magnitudes are ordered as they are, and NaN comes last. */
    static float largest(float[] row, int from) {
        int most = 0;
        for (int i = from; i < row.length; i++) {
            most = Math.max(most, Float.floatToRawIntBits(row[i]) & WITHOUT_SIGN);
        }
        return Float.intBitsToFloat(most);
    }

    /** The first element of largest magnitude, with its sign. */
    public static float extreme(float[] row, int from, int n) {
        float extreme = 0;
        for (int i = from; i < from + n; i++) {
            if (Math.abs(row[i]) > Math.abs(extreme)) {
                extreme = row[i];
            }
        }
        return extreme;
    }

    /** Refuses what would overflow in a search. */
    static void requireSearchable(float largest) {
        if (largest > MAX_SEARCHABLE) {
            throw new ArithmeticException(largest + " is beyond every scale");
        }
    }
}
