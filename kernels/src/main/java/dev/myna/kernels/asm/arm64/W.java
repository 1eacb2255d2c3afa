// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * The lower half of a general-purpose register. Writing it clears the upper half.
 *
 * @param index its number in the encoding; 31 is zero
 */
public record W(int index) {
    public W {
        if (index < 0 || index > 31) {
            throw new IllegalArgumentException("no register w" + index);
        }
    }

    /** The whole register. */
    public X x() {
        return new X(index);
    }

    @Override
    public String toString() {
        return index == 31 ? "wzr" : "w" + index;
    }
}
