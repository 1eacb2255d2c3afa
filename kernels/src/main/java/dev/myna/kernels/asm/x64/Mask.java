// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.x64;

/** A mask register, k1 to k7. */
public enum Mask {
    K1,
    K2,
    K3,
    K4,
    K5,
    K6,
    K7;

    int index() {
        return ordinal() + 1;
    }
}
