// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.S;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Q4_K weights. Two neighbouring nibble bytes are one int, whose four nibbles are used where they lie: the activations are
 * prepared times 1, 1/16, 1/256 and 1/4096.
 */
final class Q4_KDots implements SuperBlockDots {

    @Override
    public void prepareBlock(long x, long to) {
        SuperBlocks.prepareNibbles(x, to);
    }

    @Override
    public void dots(long row, long stride, int k, long x, long sums, float[] factors) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = a0;
        long w0 = row;
        long w1 = row + stride;
        long at = x;
        // Named once: each and(int) would be another operation for the compiler to follow.
        IntVector bitsF = IntVector.broadcast(I, 0xf);
        IntVector bitsF0 = IntVector.broadcast(I, 0xf0);
        IntVector bitsF00 = IntVector.broadcast(I, 0xf00);
        IntVector bitsF000 = IntVector.broadcast(I, 0xf000);
        IntVector q;
        FloatVector e;
        FloatVector o;
        for (int i = 0; i < k / 256 * SuperBlocks.UNITS; i++) {
            int unit = i & SuperBlocks.UNITS - 1;
            if (unit == 0) {
                at = x + i / SuperBlocks.UNITS * SuperBlocks.PREPARED_BYTES;
                long block = i / SuperBlocks.UNITS * 144L;
                w0 = row + block;
                SuperBlocks.scales(w0, factors, 0);
                w1 = row + stride + block;
                SuperBlocks.scales(w1, factors, 32);

                FloatVector s = FloatVector.fromMemorySegment(F, ALL, at + 4 * SuperBlocks.MINIMUMS, LITTLE_ENDIAN);
                a0 = FloatVector.fromArray(F, factors, SuperBlocks.MINIMUMS).fma(s, a0);
                a1 = FloatVector.fromArray(F, factors, 32 + SuperBlocks.MINIMUMS)
                        .fma(s, a1);

                at += 64;
            }
            int pair = (unit * W / 16) * 2;
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, ALL, at + 2 * Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, ALL, at + 3 * Shapes.BYTES, LITTLE_ENDIAN);
            q = (IntVector) ShortVector.fromMemorySegment(S, ALL, w0 + 16 + unit * 2 * W, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0);
            e = ((FloatVector) q.and(bitsF00).convertShape(I2F, F, 0))
                    .fma(x2, ((FloatVector) q.and(bitsF).convertShape(I2F, F, 0)).mul(x0));
            o = ((FloatVector) q.and(bitsF000).convertShape(I2F, F, 0))
                    .fma(x3, ((FloatVector) q.and(bitsF0).convertShape(I2F, F, 0)).mul(x1));
            a0 = o.fma(FloatVector.broadcast(F, factors[pair + 1]), e.fma(FloatVector.broadcast(F, factors[pair]), a0));
            q = (IntVector) ShortVector.fromMemorySegment(S, ALL, w1 + 16 + unit * 2 * W, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_S2I, I, 0);
            e = ((FloatVector) q.and(bitsF00).convertShape(I2F, F, 0))
                    .fma(x2, ((FloatVector) q.and(bitsF).convertShape(I2F, F, 0)).mul(x0));
            o = ((FloatVector) q.and(bitsF000).convertShape(I2F, F, 0))
                    .fma(x3, ((FloatVector) q.and(bitsF0).convertShape(I2F, F, 0)).mul(x1));
            a1 = o.fma(
                    FloatVector.broadcast(F, factors[pair + 1 + 32]),
                    e.fma(FloatVector.broadcast(F, factors[pair + 32]), a1));

            at += 4 * Shapes.BYTES;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
    }
}
