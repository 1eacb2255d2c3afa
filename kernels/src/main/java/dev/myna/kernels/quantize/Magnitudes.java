// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.VectorSupport;

/** The largest magnitude of a row. */
public final class Magnitudes {
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
}
