// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

/**
 * The number that rounding stores for each group of activations, beside the integers q and the scale. A kernel needs it because the
 * bytes u that it multiplies are not the weights' integers w.
 *
 * @param value defined by the kind
 */
public record Rounding(Kind kind, int value) {

    public enum Kind {
        /** f32: the scale times the sum of q, for weights from which an f32 minimum is subtracted. */
        SUMS,
        /** i32: minus {@code value} times the sum of q, for weight bytes {@code u = w + value}. */
        OFFSETS,
        /**
         * i32: the sum of the magnitudes of negative q. Magnitudes are stored in place of q, and masks m that have all bits set
         * where q is negative. Then {@code q w = |q| (w ^ m) + |q|} where q is negative, and {@code q w = |q| (w ^ m)}
         * elsewhere, so that the unsigned operand of the instruction is |q|. Masks are stored as {@code m ^ value}, for weight
         * bytes {@code u = w ^ value}.
         */
        SIGNS
    }

    /** For types with minimums, and for all mat-vec kernels. */
    public static final Rounding SUMS = new Rounding(Kind.SUMS, 0);

    public boolean sums() {
        return kind == Kind.SUMS;
    }

    public boolean signs() {
        return kind == Kind.SIGNS;
    }

    /** Used in names of kernels. */
    public String label() {
        return switch (kind) {
            case SUMS -> "sums";
            case OFFSETS -> "offsets " + value;
            case SIGNS -> "signs " + value;
        };
    }
}
