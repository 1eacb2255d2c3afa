// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.S;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * F16 weights. The bits of a half, sign-extended and shifted by 13, are a float 2^112 times too small, subnormals included.
 * The factor is made up for in two steps, activations times 2^96 and sums times 2^16, so that neither over- nor underflows.
 * A weight that is infinite or NaN counts as a finite number of 65,536 or more.
 */
final class F16Dots implements RowDots {

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int granularity() {
        return W;
    }

    @Override
    public long preparedFloats(int k) {
        return k;
    }

    @Override
    public long prepare(long x, int k, long to) {
        for (int i = 0; i < k; i += W) {
            FloatVector.fromMemorySegment(F, ALL, x + i * 4L, LITTLE_ENDIAN)
                    .mul(0x1p96f)
                    .intoMemorySegment(ALL, to + i * 4L, LITTLE_ENDIAN);
        }
        return to;
    }

    @Override
    public void dots(long row, long stride, int k, long x, long sums, float[] factors) {
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        long at = x;
        long w0 = row;
        long w1 = row + stride;
        long w2 = row + 2 * stride;
        long w3 = row + 3 * stride;

        for (int i = 0; i < k / W; i++) {
            FloatVector v = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);

            a0 = ((IntVector) ShortVector.fromMemorySegment(S, ALL, w0, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(S, ALL, w1, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a1);
            a2 = ((IntVector) ShortVector.fromMemorySegment(S, ALL, w2, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a2);
            a3 = ((IntVector) ShortVector.fromMemorySegment(S, ALL, w3, LITTLE_ENDIAN)
                            .convertShape(S2I, I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a3);
            at += Shapes.BYTES;
            w0 += Shapes.BYTES / 2;
            w1 += Shapes.BYTES / 2;
            w2 += Shapes.BYTES / 2;
            w3 += Shapes.BYTES / 2;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
        a2.intoMemorySegment(ALL, sums + 2 * Shapes.BYTES, LITTLE_ENDIAN);
        a3.intoMemorySegment(ALL, sums + 3 * Shapes.BYTES, LITTLE_ENDIAN);
    }

    @Override
    public float unit() {
        return 0x1p16f;
    }
}
