// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matvec;

import static dev.myna.kernels.cpu.matvec.Shapes.B;
import static dev.myna.kernels.cpu.matvec.Shapes.F;
import static dev.myna.kernels.cpu.matvec.Shapes.I;
import static dev.myna.kernels.cpu.matvec.Shapes.SHORT;
import static dev.myna.kernels.cpu.matvec.Shapes.W;
import static dev.myna.kernels.format.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Q4_0 weights; the -8 is the third operand.
 */
final class Q4_0Dots implements NibbleDots {

    @Override
    public int vectors() {
        return 3;
    }

    @Override
    public float offset() {
        return -8;
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
            long step = Shapes.step(i, 18);
            FloatVector x0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE_ENDIAN);
            FloatVector x1 = FloatVector.fromMemorySegment(F, ALL, at + Shapes.BYTES, LITTLE_ENDIAN);
            FloatVector x2 = FloatVector.fromMemorySegment(F, ALL, at + 2 * Shapes.BYTES, LITTLE_ENDIAN);
            IntVector q;

            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w0 + 2 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            a0 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).fma(x1, x2))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w0))), a0);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w1 + 2 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            a1 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).fma(x1, x2))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w1))), a1);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w2 + 2 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            a2 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).fma(x1, x2))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w2))), a2);
            q = (IntVector) ByteVector.fromMemorySegment(B, ALL, w3 + 2 + inBlock, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, I, 0);
            a3 = ((FloatVector) q.convertShape(I2F, F, 0))
                    .fma(x0, ((FloatVector) q.and(15).convertShape(I2F, F, 0)).fma(x1, x2))
                    .fma(FloatVector.broadcast(F, Float.float16ToFloat(ALL.get(SHORT, w3))), a3);
            at += 3 * Shapes.BYTES;
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
