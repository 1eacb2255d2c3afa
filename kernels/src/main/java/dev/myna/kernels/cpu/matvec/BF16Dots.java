// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.putFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * BF16 weights, two to an int: the upper one is a float as it lies, the lower one after a shift. Activations are
 * prepared as W of even and W of odd index in turn.
 */
final class BF16Dots implements RowDots {

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int granularity() {
        return 2 * W;
    }

    @Override
    public long preparedFloats(int k) {
        return k;
    }

    @Override
    public long prepare(long x, int k, long to) {
        for (int i = 0; i < k; i += 2 * W) {
            for (int lane = 0; lane < W; lane++) {
                putFloat(to + (i + lane) * 4L, getFloat(x + (i + 2 * lane) * 4L));
                putFloat(to + (i + W + lane) * 4L, getFloat(x + (i + 2 * lane + 1) * 4L));
            }
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

        for (int i = 0; i < k / (2 * W); i++) {
            FloatVector even = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector odd = FloatVector.fromMemorySegment(F, ALL, at + Shapes.BYTES, LITTLE_ENDIAN);
            IntVector q;

            q = IntVector.fromMemorySegment(I, ALL, w0, LITTLE_ENDIAN);
            a0 = q.and(0xffff0000)
                    .reinterpretAsFloats()
                    .fma(odd, q.lanewise(LSHL, 16).reinterpretAsFloats().fma(even, a0));
            q = IntVector.fromMemorySegment(I, ALL, w1, LITTLE_ENDIAN);
            a1 = q.and(0xffff0000)
                    .reinterpretAsFloats()
                    .fma(odd, q.lanewise(LSHL, 16).reinterpretAsFloats().fma(even, a1));
            q = IntVector.fromMemorySegment(I, ALL, w2, LITTLE_ENDIAN);
            a2 = q.and(0xffff0000)
                    .reinterpretAsFloats()
                    .fma(odd, q.lanewise(LSHL, 16).reinterpretAsFloats().fma(even, a2));
            q = IntVector.fromMemorySegment(I, ALL, w3, LITTLE_ENDIAN);
            a3 = q.and(0xffff0000)
                    .reinterpretAsFloats()
                    .fma(odd, q.lanewise(LSHL, 16).reinterpretAsFloats().fma(even, a3));
            at += 2 * Shapes.BYTES;
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
