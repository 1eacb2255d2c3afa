// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

/**
 * A vector register.
 *
 * @param index 0 to 31
 * @param bytes 16 (xmm), 32 (ymm) or 64 (zmm)
 */
public record Vec(int index, int bytes) implements Operand {

    /** The same register with another width. A narrower one is its low part. */
    public Vec as(int width) {
        return new Vec(index, width);
    }
}
