// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;

/**
 * F32 weights: one multiply-add per weight.
 */
final class F32Dots implements RowDots {

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int granularity() {
        return W;
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

            a0 = FloatVector.fromMemorySegment(F, ALL, w0, LITTLE_ENDIAN).fma(v, a0);
            a1 = FloatVector.fromMemorySegment(F, ALL, w1, LITTLE_ENDIAN).fma(v, a1);
            a2 = FloatVector.fromMemorySegment(F, ALL, w2, LITTLE_ENDIAN).fma(v, a2);
            a3 = FloatVector.fromMemorySegment(F, ALL, w3, LITTLE_ENDIAN).fma(v, a3);
            at += Shapes.BYTES;
            w0 += Shapes.BYTES;
            w1 += Shapes.BYTES;
            w2 += Shapes.BYTES;
            w3 += Shapes.BYTES;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
        a2.intoMemorySegment(ALL, sums + 2 * Shapes.BYTES, LITTLE_ENDIAN);
        a3.intoMemorySegment(ALL, sums + 3 * Shapes.BYTES, LITTLE_ENDIAN);
    }
}
