// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** The size of an element; {@link #ordinal} is the binary logarithm of its bytes. */
public enum Size {
    B,
    H,
    S,
    D,
    Q;

    public int bytes() {
        return 1 << ordinal();
    }

    @Override
    public String toString() {
        return String.valueOf(Character.toLowerCase(name().charAt(0)));
    }
}
