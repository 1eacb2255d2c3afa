// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * Four consecutive bytes of a vector register, an operand of dot products.
 *
 * @param index 0 to 31
 * @param lane which four, 0 to 3
 */
public record Quad(int index, int lane) {
    public Quad {
        if (lane < 0 || lane > 3) {
            throw new IllegalArgumentException("no quadruple of bytes " + lane);
        }
    }

    @Override
    public String toString() {
        return "v" + index + ".4b[" + lane + "]";
    }
}
