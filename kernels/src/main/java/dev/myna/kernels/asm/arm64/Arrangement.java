// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** The size and the number of elements in a vector register. */
public enum Arrangement {
    B8(Size.B, 8),
    B16(Size.B, 16),
    H4(Size.H, 4),
    H8(Size.H, 8),
    S2(Size.S, 2),
    S4(Size.S, 4),
    D1(Size.D, 1),
    D2(Size.D, 2);

    private final Size size;
    private final int count;

    Arrangement(Size size, int count) {
        this.size = size;
        this.count = count;
    }

    public Size size() {
        return size;
    }

    /** Whether all 16 bytes are used: the Q bit of instructions. */
    boolean whole() {
        return size.bytes() * count == 16;
    }

    static Arrangement of(Size size, boolean whole) {
        return values()[2 * size.ordinal() + (whole ? 1 : 0)];
    }

    @Override
    public String toString() {
        return "." + count + size;
    }
}
