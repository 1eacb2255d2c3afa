// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * The lowest element of a vector register, as a scalar: writing it clears the other elements.
 *
 * @param index 0 to 31
 */
public record Scalar(int index, Size size) {
    @Override
    public String toString() {
        return size.toString() + index;
    }
}
