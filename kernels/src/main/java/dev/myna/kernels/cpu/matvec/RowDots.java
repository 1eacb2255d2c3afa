// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import dev.myna.kernels.TensorType;

/**
 * Dot products of a few stored weight rows with one activation row, without expanding the weights to memory: quants become
 * floats in registers, and what can be computed once for all rows is computed once, in {@link #prepare}. The rows of a pass
 * may lie far apart; each is then read as one stream.
 */
public interface RowDots {

    /** Rows per pass. */
    int rows();

    /** The row length must be a multiple of this. */
    int granularity();

    /** f32 that {@link #prepare} needs for a row of {@code k}. */
    default long preparedFloats(int k) {
        return 0;
    }

    /** Arranges k activations at {@code x} for {@link #dots}; returns where they are: {@code to}, or {@code x} itself. */
    default long prepare(long x, int k, long to) {
        return x;
    }

    /**
     * Vectors of partial sums of {@link #rows} weight rows.
     *
     * @param row address of the first row
     * @param stride bytes from row to row
     * @param x what {@link #prepare} returned
     * @param sums address of one vector for each row; the dot product is the sum of its lanes
     * @param factors working memory, 64 f32
     */
    void dots(long row, long stride, int k, long x, long sums, float[] factors);

    /** What the lanes' sum must be multiplied with. */
    default float unit() {
        return 1;
    }

    /** The kernel for a type, or null if it has none at this vector width. */
    static RowDots of(TensorType type) {
        if (Shapes.W < 8) {
            return null;
        }
        return switch (type) {
            case F32 -> new F32Dots();
            case F16 -> new F16Dots();
            case BF16 -> new BF16Dots();
            case Q8_0 -> new Q8_0Dots();
            case Q4_0 -> new Q4_0Dots();
            case Q4_1 -> new Q4_1Dots();
            case Q5_0 -> new Q5_0Dots();
            case Q5_1 -> new Q5_1Dots();
            case Q2_K -> new Q2_KDots();
            case Q3_K -> new Q3_KDots();
            case Q4_K -> new Q4_KDots();
            case Q5_K -> new Q5_KDots();
            case Q6_K -> new Q6_KDots();
            case IQ4_NL -> Shapes.W == 16 ? new IQ4_NLDots() : null;
            case IQ4_XS -> Shapes.W == 16 ? new IQ4_XSDots() : null;
        };
    }
}
