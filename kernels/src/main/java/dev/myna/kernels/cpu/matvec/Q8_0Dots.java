// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.B;
import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.SHORT;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/**
 * Q8_0 weights: the products of a unit of 2 W weights are added before the scale of their block is applied.
 */
final class Q8_0Dots implements RowDots {

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

        for (int i = 0; i < k / (2 * W); i++) {
            int inBlock = Shapes.inBlock(i, 2 * W);
            long step = Shapes.step(i, 34);
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + Shapes.BYTES, LITTLE_ENDIAN);

            a0 = ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w0 + 2 + inBlock + W, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0)
                            .convertShape(I2F, F, 0))
                    .fma(
                            x1,
                            ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w0 + 2 + inBlock, LITTLE_ENDIAN)
                                            .convertShape(B2I, I, 0)
                                            .convertShape(I2F, F, 0))
                                    .mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w0))), a0);
            a1 = ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w1 + 2 + inBlock + W, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0)
                            .convertShape(I2F, F, 0))
                    .fma(
                            x1,
                            ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w1 + 2 + inBlock, LITTLE_ENDIAN)
                                            .convertShape(B2I, I, 0)
                                            .convertShape(I2F, F, 0))
                                    .mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w1))), a1);
            a2 = ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w2 + 2 + inBlock + W, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0)
                            .convertShape(I2F, F, 0))
                    .fma(
                            x1,
                            ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w2 + 2 + inBlock, LITTLE_ENDIAN)
                                            .convertShape(B2I, I, 0)
                                            .convertShape(I2F, F, 0))
                                    .mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w2))), a2);
            a3 = ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w3 + 2 + inBlock + W, LITTLE_ENDIAN)
                            .convertShape(B2I, I, 0)
                            .convertShape(I2F, F, 0))
                    .fma(
                            x1,
                            ((FloatVector) ByteVector.fromMemorySegment(B, ALL, w3 + 2 + inBlock, LITTLE_ENDIAN)
                                            .convertShape(B2I, I, 0)
                                            .convertShape(I2F, F, 0))
                                    .mul(x0))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w3))), a3);
            at += 2 * Shapes.BYTES;
            w0 += step;
            w1 += step;
            w2 += step;
            w3 += step;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + Shapes.BYTES, LITTLE_ENDIAN);
        a2.intoMemorySegment(ALL, sums + 2 * Shapes.BYTES, LITTLE_ENDIAN);
        a3.intoMemorySegment(ALL, sums + 3 * Shapes.BYTES, LITTLE_ENDIAN);
    }
}
