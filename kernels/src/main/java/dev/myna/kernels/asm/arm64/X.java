// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/**
 * A 64-bit general-purpose register. Number 31 is the stack pointer in some instructions and zero in others. Here they are two
 * values, so that an instruction rejects the one it cannot encode.
 *
 * @param index its number in the encoding
 * @param stack whether number 31 is the stack pointer
 */
public record X(int index, boolean stack) {
    public static final X X0 = new X(0);
    public static final X X1 = new X(1);
    public static final X X2 = new X(2);
    public static final X X3 = new X(3);
    public static final X X4 = new X(4);
    public static final X X5 = new X(5);
    public static final X X6 = new X(6);
    public static final X X7 = new X(7);
    public static final X X8 = new X(8);
    public static final X X9 = new X(9);
    public static final X X10 = new X(10);
    public static final X X11 = new X(11);
    public static final X X12 = new X(12);
    public static final X X13 = new X(13);
    public static final X X14 = new X(14);
    public static final X X15 = new X(15);
    public static final X X16 = new X(16);
    public static final X X17 = new X(17);
    public static final X X30 = new X(30);
    public static final X ZR = new X(31);
    public static final X SP = new X(31, true);

    public X {
        if (index < 0 || index > 31 || stack && index != 31) {
            throw new IllegalArgumentException("no register x" + index);
        }
    }

    public X(int index) {
        this(index, false);
    }

    /** The lower 32 bits. */
    public W w() {
        if (stack) {
            throw new IllegalArgumentException("sp has no 32-bit form here");
        }
        return new W(index);
    }

    /** Its number in an instruction where 31 means zero. */
    int data() {
        if (stack) {
            throw new IllegalArgumentException("sp cannot be used here");
        }
        return index;
    }

    /** Its number in an instruction where 31 means the stack pointer. */
    int address() {
        if (index == 31 && !stack) {
            throw new IllegalArgumentException("xzr cannot be used here");
        }
        return index;
    }

    @Override
    public String toString() {
        return stack ? "sp" : index == 31 ? "xzr" : "x" + index;
    }
}
