// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.B;
import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.SHORT;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * IQ4_NL weights: a nibble picks one of the 16 lanes that hold the levels. For 16 lanes only.
 */
final class IQ4_NLDots implements RowDots {
    // The 16 levels as bits of floats; there are as many lanes.
    private static final IntVector LEVELS = FloatVector.fromArray(
                    F, new float[] {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}, 0)
            .reinterpretAsInts();

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int granularity() {
        return 32;
    }

    @Override
    public void dots(long row, long stride, int k, long x, long sums, float[] factors) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        long w0 = row;
        long w1 = row + stride;
        long w2 = row + 2 * stride;
        long w3 = row + 3 * stride;
        long at = x;

        for (int i = 0; i < k / 32; i++) {
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + 64, LITTLE_ENDIAN);
            IntVector q;

            q = (IntVector)
                    ByteVector.fromMemorySegment(B, ALL, w0 + 2, LITTLE_ENDIAN).convertShape(ZERO_EXTEND_B2I, I, 0);
            a0 = q.lanewise(LSHR, 4)
                    .selectFrom(LEVELS)
                    .reinterpretAsFloats()
                    .fma(x1, q.and(15).selectFrom(LEVELS).reinterpretAsFloats().mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w0))), a0);
            q = (IntVector)
                    ByteVector.fromMemorySegment(B, ALL, w1 + 2, LITTLE_ENDIAN).convertShape(ZERO_EXTEND_B2I, I, 0);
            a1 = q.lanewise(LSHR, 4)
                    .selectFrom(LEVELS)
                    .reinterpretAsFloats()
                    .fma(x1, q.and(15).selectFrom(LEVELS).reinterpretAsFloats().mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w1))), a1);
            q = (IntVector)
                    ByteVector.fromMemorySegment(B, ALL, w2 + 2, LITTLE_ENDIAN).convertShape(ZERO_EXTEND_B2I, I, 0);
            a2 = q.lanewise(LSHR, 4)
                    .selectFrom(LEVELS)
                    .reinterpretAsFloats()
                    .fma(x1, q.and(15).selectFrom(LEVELS).reinterpretAsFloats().mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w2))), a2);
            q = (IntVector)
                    ByteVector.fromMemorySegment(B, ALL, w3 + 2, LITTLE_ENDIAN).convertShape(ZERO_EXTEND_B2I, I, 0);
            a3 = q.lanewise(LSHR, 4)
                    .selectFrom(LEVELS)
                    .reinterpretAsFloats()
                    .fma(x1, q.and(15).selectFrom(LEVELS).reinterpretAsFloats().mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w3))), a3);
            at += 2 * Shapes.BYTES;
            w0 += 18;
            w1 += 18;
            w2 += 18;
            w3 += 18;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
        a2.intoMemorySegment(ALL, sums + 2 * Shapes.BYTES, LITTLE_ENDIAN);
        a3.intoMemorySegment(ALL, sums + 3 * Shapes.BYTES, LITTLE_ENDIAN);
    }
}
