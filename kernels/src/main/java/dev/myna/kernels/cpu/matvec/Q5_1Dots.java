// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.B;
import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.INT;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Q5_1 weights, as {@link Q5_0Dots}; the minimum takes the place of the -16.
 */
final class Q5_1Dots implements NibbleDots {

    @Override
    public int vectors() {
        return 5;
    }

    @Override
    public float offset() {
        return 1;
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
            int inBlock = Shapes.inBlock(i, W);
            long step = Shapes.step(i, 24);
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, ALL, at + 2 * Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x3 = FloatVector.fromMemorySegment(F, ALL, at + 3 * Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x4 = FloatVector.fromMemorySegment(F, ALL, at + 4 * Shapes.BYTES, LITTLE_ENDIAN);
            IntVector q;
            int scales;
            int bits;

            scales = ALL.get(INT, w0);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w0 + 8 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            bits = ALL.get(INT, w0 + 4) >>> inBlock;
            a0 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).mul(x1))
                    .add(x3, VectorMask.fromLong(F, bits & Shapes.ONES))
                    .add(x4, VectorMask.fromLong(F, bits >>> 16 & Shapes.ONES))
                    .fma(
                            FloatVector.broadcast(F, Float.float16ToFloat((short) scales)),
                            x2.fma(FloatVector.broadcast(F, Float.float16ToFloat((short) (scales >>> 16))), a0));
            scales = ALL.get(INT, w1);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w1 + 8 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            bits = ALL.get(INT, w1 + 4) >>> inBlock;
            a1 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).mul(x1))
                    .add(x3, VectorMask.fromLong(F, bits & Shapes.ONES))
                    .add(x4, VectorMask.fromLong(F, bits >>> 16 & Shapes.ONES))
                    .fma(
                            FloatVector.broadcast(F, Float.float16ToFloat((short) scales)),
                            x2.fma(FloatVector.broadcast(F, Float.float16ToFloat((short) (scales >>> 16))), a1));
            scales = ALL.get(INT, w2);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w2 + 8 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            bits = ALL.get(INT, w2 + 4) >>> inBlock;
            a2 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).mul(x1))
                    .add(x3, VectorMask.fromLong(F, bits & Shapes.ONES))
                    .add(x4, VectorMask.fromLong(F, bits >>> 16 & Shapes.ONES))
                    .fma(
                            FloatVector.broadcast(F, Float.float16ToFloat((short) scales)),
                            x2.fma(FloatVector.broadcast(F, Float.float16ToFloat((short) (scales >>> 16))), a2));
            scales = ALL.get(INT, w3);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w3 + 8 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            bits = ALL.get(INT, w3 + 4) >>> inBlock;
            a3 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).mul(x1))
                    .add(x3, VectorMask.fromLong(F, bits & Shapes.ONES))
                    .add(x4, VectorMask.fromLong(F, bits >>> 16 & Shapes.ONES))
                    .fma(
                            FloatVector.broadcast(F, Float.float16ToFloat((short) scales)),
                            x2.fma(FloatVector.broadcast(F, Float.float16ToFloat((short) (scales >>> 16))), a3));
            at += 5 * Shapes.BYTES;
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
