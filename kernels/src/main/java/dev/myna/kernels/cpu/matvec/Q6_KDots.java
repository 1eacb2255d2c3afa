// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.B;
import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Q6_K weights. A unit is the same W bytes of all four runs of a half: the upper two runs are used 16 times too large, with
 * activations 16 times too small. The -32 is the sums of the activations with a factor.
 */
final class Q6_KDots implements SuperBlockDots {

    @Override
    public void prepareBlock(long x, long to) {
        SuperBlocks.prepareSixBits(x, to);
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
        IntVector bits30 = IntVector.broadcast(I, 0x30);
        IntVector bitsF0 = IntVector.broadcast(I, 0xf0);
        IntVector bits300 = IntVector.broadcast(I, 0x300);
        IntVector q;
        FloatVector e;
        FloatVector o;
        for (int i = 0; i < k / 256 * SuperBlocks.UNITS; i++) {
            int unit = i & SuperBlocks.UNITS - 1;
            if (unit == 0) {
                at = x + i / SuperBlocks.UNITS * SuperBlocks.PREPARED_BYTES;
                long block = i / SuperBlocks.UNITS * 210L;
                w0 = row + block;
                SuperBlocks.signedScales(w0, factors, 0);
                w1 = row + stride + block;
                SuperBlocks.signedScales(w1, factors, 32);

                for (int lane = 0; lane < 16; lane += W) {
                    FloatVector s = FloatVector.fromMemorySegment(F, ALL, at + lane * 4L, LITTLE_ENDIAN);
                    a0 = FloatVector.fromArray(F, factors, lane).fma(s, a0);
                    a1 = FloatVector.fromArray(F, factors, 32 + lane).fma(s, a1);
                }
                at += 64;
            }
            int half = unit * W / 32;
            int byteOf = unit * W & 31;
            int run = 8 * half + byteOf / 16;
            IntVector q2;
            IntVector h;
            IntVector h2;
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, ALL, at + 2 * Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, ALL, at + 3 * Shapes.BYTES, LITTLE_ENDIAN);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w0 + 64 * half + byteOf, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            q2 = (IntVector) ByteVector.fromMemorySegment(B, ALL, w0 + 64 * half + 32 + byteOf, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            h2 = ((IntVector) ByteVector.fromMemorySegment(B, ALL, w0 + 128 + unit * W, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, I, 0))
                    .lanewise(LSHL, 2);
            h = h2.lanewise(LSHL, 2);
            e = ((FloatVector) q.and(bitsF).or(h.and(bits30)).convertShape(I2F, F, 0)).mul(x0);
            o = ((FloatVector) q2.and(bitsF).or(h2.and(bits30)).convertShape(I2F, F, 0)).mul(x1);
            a0 = o.fma(FloatVector.broadcast(F, factors[run + 2]), e.fma(FloatVector.broadcast(F, factors[run]), a0));
            e = ((FloatVector) q.and(bitsF0).or(h.and(bits300)).convertShape(I2F, F, 0)).mul(x2);
            o = ((FloatVector) q2.and(bitsF0).or(h2.and(bits300)).convertShape(I2F, F, 0)).mul(x3);
            a0 = o.fma(
                    FloatVector.broadcast(F, factors[run + 6]), e.fma(FloatVector.broadcast(F, factors[run + 4]), a0));
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w1 + 64 * half + byteOf, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            q2 = (IntVector) ByteVector.fromMemorySegment(B, ALL, w1 + 64 * half + 32 + byteOf, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            h2 = ((IntVector) ByteVector.fromMemorySegment(B, ALL, w1 + 128 + unit * W, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, I, 0))
                    .lanewise(LSHL, 2);
            h = h2.lanewise(LSHL, 2);
            e = ((FloatVector) q.and(bitsF).or(h.and(bits30)).convertShape(I2F, F, 0)).mul(x0);
            o = ((FloatVector) q2.and(bitsF).or(h2.and(bits30)).convertShape(I2F, F, 0)).mul(x1);
            a1 = o.fma(
                    FloatVector.broadcast(F, factors[run + 2 + 32]),
                    e.fma(FloatVector.broadcast(F, factors[run + 32]), a1));
            e = ((FloatVector) q.and(bitsF0).or(h.and(bits300)).convertShape(I2F, F, 0)).mul(x2);
            o = ((FloatVector) q2.and(bitsF0).or(h2.and(bits300)).convertShape(I2F, F, 0)).mul(x3);
            a1 = o.fma(
                    FloatVector.broadcast(F, factors[run + 6 + 32]),
                    e.fma(FloatVector.broadcast(F, factors[run + 4 + 32]), a1));

            at += 4 * Shapes.BYTES;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
    }
}
