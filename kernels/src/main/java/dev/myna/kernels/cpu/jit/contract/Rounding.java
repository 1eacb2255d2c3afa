// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

/**
 * What rounding stores beside the integers q and the scales of activations, one number a group: what a product needs because its
 * weight bytes are not the weights' integers w.
 *
 * @param value as its kind says
 */
public record Rounding(Kind kind, int value) {

    public enum Kind {
        /** f32: the scale times the sum of q. What is subtracted from weights is a float. */
        SUMS,
        /** i32: minus {@code value} times the sum of q, for weight bytes {@code u = w + value}. */
        OFFSETS,
        /**
         * Magnitudes in place of q, and masks m, all bits set where q is negative; i32: the sum of the magnitudes of negative q. Then {@code
         * q w = |q| (w ^ m) + |q|} where q is negative, and {@code q w = |q| (w ^ m)} elsewhere: |q| is an unsigned byte, as instructions want
         * it. Masks are stored as {@code m ^ value}, for weight bytes {@code u = w ^ value}.
         */
        SIGNS
    }

    /** What weights with a minimum of their own want, and products with stored weights. */
    public static final Rounding SUMS = new Rounding(Kind.SUMS, 0);

    public boolean sums() {
        return kind == Kind.SUMS;
    }

    public boolean signs() {
        return kind == Kind.SIGNS;
    }

    /** For names of kernels. */
    public String label() {
        return switch (kind) {
            case SUMS -> "sums";
            case OFFSETS -> "offsets " + value;
            case SIGNS -> "signs " + value;
        };
    }
}
