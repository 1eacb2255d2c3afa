// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import jdk.incubator.vector.IntVector;

/** Masks of bits in every lane. As constants they are half as many operations for the compiler as and(int). */
final class Bits {
    static final IntVector X3 = IntVector.broadcast(Shapes.I, 0x3);
    static final IntVector X4 = IntVector.broadcast(Shapes.I, 0x4);
    static final IntVector XC = IntVector.broadcast(Shapes.I, 0xc);
    static final IntVector XF = IntVector.broadcast(Shapes.I, 0xf);
    static final IntVector X10 = IntVector.broadcast(Shapes.I, 0x10);
    static final IntVector X30 = IntVector.broadcast(Shapes.I, 0x30);
    static final IntVector X40 = IntVector.broadcast(Shapes.I, 0x40);
    static final IntVector XC0 = IntVector.broadcast(Shapes.I, 0xc0);
    static final IntVector XF0 = IntVector.broadcast(Shapes.I, 0xf0);
    static final IntVector X100 = IntVector.broadcast(Shapes.I, 0x100);
    static final IntVector X300 = IntVector.broadcast(Shapes.I, 0x300);
    static final IntVector XF00 = IntVector.broadcast(Shapes.I, 0xf00);
    static final IntVector X1000 = IntVector.broadcast(Shapes.I, 0x1000);
    static final IntVector XF000 = IntVector.broadcast(Shapes.I, 0xf000);
    static final IntVector X10000 = IntVector.broadcast(Shapes.I, 0x10000);
    static final IntVector X8FFFE000 = IntVector.broadcast(Shapes.I, 0x8fffe000);
    static final IntVector XFFFF0000 = IntVector.broadcast(Shapes.I, 0xffff0000);

    private Bits() {}
}
