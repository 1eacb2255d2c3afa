// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * The lower 32 bits of a general-purpose register. Writing them clears the upper 32 bits.
 *
 * @param index its number in the encoding; 31 is the zero register
 */
public record W(int index) {
    public W {
        if (index < 0 || index > 31) {
            throw new IllegalArgumentException("no register w" + index);
        }
    }

    @Override
    public String toString() {
        return index == 31 ? "wzr" : "w" + index;
    }
}
