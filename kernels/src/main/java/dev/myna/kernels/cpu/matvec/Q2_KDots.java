// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.B;
import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Q2_K weights. A unit is the same W bytes of all four runs of a half, used where their bits lie: the activations are prepared
 * times 1, 1/4, 1/16 and 1/64.
 */
final class Q2_KDots implements SuperBlockDots {

    @Override
    public void prepareBlock(long x, long to) {
        SuperBlocks.prepareTwoBits(x, to);
    }

    @Override
    public void dots(long row, long stride, int k, long x, long sums, float[] factors) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = a0;
        long w0 = row;
        long w1 = row + stride;
        long at = x;
        // Named once: each and(int) would be another operation for the compiler to follow.
        IntVector bits3 = IntVector.broadcast(I, 0x3);
        IntVector bitsC = IntVector.broadcast(I, 0xc);
        IntVector bits30 = IntVector.broadcast(I, 0x30);
        IntVector bitsC0 = IntVector.broadcast(I, 0xc0);
        IntVector q;
        FloatVector e;
        FloatVector o;
        for (int i = 0; i < k / 256 * SuperBlocks.UNITS; i++) {
            int unit = i & SuperBlocks.UNITS - 1;
            if (unit == 0) {
                at = x + i / SuperBlocks.UNITS * SuperBlocks.PREPARED_BYTES;
                long block = i / SuperBlocks.UNITS * 84L;
                w0 = row + block;
                SuperBlocks.fourBitScales(w0, factors, 0);
                w1 = row + stride + block;
                SuperBlocks.fourBitScales(w1, factors, 32);

                for (int lane = 0; lane < 16; lane += W) {
                    FloatVector s = FloatVector.fromMemorySegment(F, ALL, at + lane * 4L, LITTLE_ENDIAN);
                    a0 = FloatVector.fromArray(F, factors, 16 + lane).fma(s, a0);
                    a1 = FloatVector.fromArray(F, factors, 48 + lane).fma(s, a1);
                }
                at += 64;
            }
            int half = unit * W / 32;
            int byteOf = unit * W & 31;
            int run = 8 * half + byteOf / 16;
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, ALL, at + 2 * Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, ALL, at + 3 * Shapes.BYTES, LITTLE_ENDIAN);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w0 + 16 + unit * W, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            e = ((FloatVector) q.and(bits3).convertShape(I2F, F, 0)).mul(x0);
            o = ((FloatVector) q.and(bitsC).convertShape(I2F, F, 0)).mul(x1);
            a0 = o.fma(FloatVector.broadcast(F, factors[run + 2]), e.fma(FloatVector.broadcast(F, factors[run]), a0));
            e = ((FloatVector) q.and(bits30).convertShape(I2F, F, 0)).mul(x2);
            o = ((FloatVector) q.and(bitsC0).convertShape(I2F, F, 0)).mul(x3);
            a0 = o.fma(
                    FloatVector.broadcast(F, factors[run + 6]), e.fma(FloatVector.broadcast(F, factors[run + 4]), a0));
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w1 + 16 + unit * W, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            e = ((FloatVector) q.and(bits3).convertShape(I2F, F, 0)).mul(x0);
            o = ((FloatVector) q.and(bitsC).convertShape(I2F, F, 0)).mul(x1);
            a1 = o.fma(
                    FloatVector.broadcast(F, factors[run + 2 + 32]),
                    e.fma(FloatVector.broadcast(F, factors[run + 32]), a1));
            e = ((FloatVector) q.and(bits30).convertShape(I2F, F, 0)).mul(x2);
            o = ((FloatVector) q.and(bitsC0).convertShape(I2F, F, 0)).mul(x3);
            a1 = o.fma(
                    FloatVector.broadcast(F, factors[run + 6 + 32]),
                    e.fma(FloatVector.broadcast(F, factors[run + 4 + 32]), a1));

            at += 4 * Shapes.BYTES;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
    }
}
