// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.B;
import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * IQ4_XS weights, as {@link IQ4_NLDots}. For 16 lanes only.
 */
final class IQ4_XSDots implements RowDots {
    // The 16 levels as bits of floats; there are as many lanes.
    private static final IntVector LEVELS = FloatVector.fromArray(
                    F, new float[] {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}, 0)
            .reinterpretAsInts();

    @Override
    public int rows() {
        return 2;
    }

    @Override
    public int granularity() {
        return 256;
    }

    @Override
    public void dots(long row, long stride, int k, long x, long sums, float[] factors) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = a0;
        long at = x;
        long w0 = row;
        long w1 = row;

        for (int i = 0; i < k / 32; i++) {
            int run = i & 7;
            if (run == 0) {
                long block = (i >> 3) * 136L;
                w0 = row + block;
                SuperBlocks.iqScales(w0, factors, 0);
                w1 = row + stride + block;
                SuperBlocks.iqScales(w1, factors, 32);
            }
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + 64, LITTLE_ENDIAN);
            IntVector q;

            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w0 + 8 + run * 16, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            a0 = q.lanewise(LSHR, 4)
                    .selectFrom(LEVELS)
                    .reinterpretAsFloats()
                    .fma(x1, q.and(15).selectFrom(LEVELS).reinterpretAsFloats().mul(x0))
                    .fma(FloatVector.broadcast(F, factors[run]), a0);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w1 + 8 + run * 16, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            a1 = q.lanewise(LSHR, 4)
                    .selectFrom(LEVELS)
                    .reinterpretAsFloats()
                    .fma(x1, q.and(15).selectFrom(LEVELS).reinterpretAsFloats().mul(x0))
                    .fma(FloatVector.broadcast(F, factors[run + 32]), a1);
            at += 2 * Shapes.BYTES;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
    }
}
