// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * A vector register, divided into elements.
 *
 * @param index 0 to 31
 */
public record Vec(int index, Arrangement arrangement) {
    boolean whole() {
        return arrangement.whole();
    }

    Size size() {
        return arrangement.size();
    }

    @Override
    public String toString() {
        return "v" + index + arrangement;
    }
}
