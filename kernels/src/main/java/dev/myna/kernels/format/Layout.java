// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;

/**
 * What a block of a number format consists of, as far as more than one implementation needs to know. A weight is
 * {@code scale (q - zero)}, {@code scale level[q]} or, in formats with minimums, {@code scale q + minimum}.
 *
 * <p>Blocks store minimums with one of two signs. Q4_1 and Q5_1 store the number to add. Q2_K, Q4_K and Q5_K store a number to
 * subtract: the minimum is its negation. {@link Unpacker} always gives the number to add.
 *
 * @param type elements and bytes of a block
 * @param group weights that share a scale: 16 or 32; 1 for the float formats, whose other numbers mean nothing
 * @param scaleAt where a block has the f16 that all its scales are multiplied with, in bytes
 * @param minimumAt where it has the f16 that all its minimums are multiplied with, in bytes and with the sign that the format stores;
 *     {@link #NONE} if it has no minimums
 * @param bits bits of a quant
 * @param zero what is subtracted from an unsigned quant; of signed quants and of levels, what makes them unsigned bytes
 * @param levels what quants select; null if a quant is a number itself
 */
public record Layout(TensorType type, int group, int scaleAt, int minimumAt, int bits, int zero, int[] levels) {
    /** No place. */
    public static final int NONE = -1;

    Layout(TensorType type, int group, int scaleAt, int minimumAt, int bits, int zero) {
        this(type, group, scaleAt, minimumAt, bits, zero, null);
    }

    /** A format without blocks. */
    static Layout ofFloats(TensorType type) {
        return new Layout(type, 1, 0, NONE, 8 * type.blockBytes(), 0);
    }

    /** Whether weights are quants in blocks. */
    public boolean quantized() {
        return group > 1;
    }

    public boolean hasMinimums() {
        return minimumAt != NONE;
    }

    /** The largest quant, or level, as an unsigned number. */
    public int maxUnsigned() {
        return levels == null ? (1 << bits) - 1 : 255;
    }
}
