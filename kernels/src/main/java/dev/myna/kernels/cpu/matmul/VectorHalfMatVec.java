// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.putFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Matmul of a band of F16 or BF16 weight rows with a few activation rows, converted in registers: by way of memory, as for other types,
 * they lose half their speed. The bits of a half, sign-extended and shifted by 13, are a float 2^112 times too small, subnormals
 * included. The factor is made up for in two steps, activations times 2^96 and sums times 2^16, so that neither over- nor underflows.
 * An F16 weight that is infinite or NaN counts as a finite number of 65,536 or more.
 */
final class VectorHalfMatVec {
    private static final int STREAMS = 4;
    private static final int BYTES = Lanes.BYTES;

    private VectorHalfMatVec() {}

    static boolean applies(MatMulJob job) {
        return (job.type() == TensorType.F16 || job.type() == TensorType.BF16) && job.k() % Lanes.W == 0;
    }

    static void band(MatMulJob job, int from, int to, Scratch scratch) {
        boolean half = job.type() == TensorType.F16;
        long sums = scratch.floats(STREAMS * Lanes.W + job.n() * (long) job.k());
        long x = sums + STREAMS * BYTES;
        for (int i = 0; i < job.n(); i++) {
            scale(job.inRow(i), job.k(), half ? 0x1p96f : 1, x + i * (job.k() * 4L));
        }
        int part = (to - from) / STREAMS;
        for (int row = from; row < from + part; row++) {
            rows(job, half, row, part, STREAMS, x, sums);
        }
        // Fewer rows remain than there are streams: all streams compute the same row.
        for (int row = from + part * STREAMS; row < to; row++) {
            rows(job, half, row, 0, 1, x, sums);
        }
    }

    private static void scale(long x, int k, float factor, long to) {
        for (int i = 0; i < k; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4L).mul(factor), to + i * 4L);
        }
    }

    private static void rows(MatMulJob job, boolean half, int first, int step, int count, long x, long sums) {
        for (int i = 0; i < job.n(); i++) {
            long in = x + i * (job.k() * 4L);
            if (half) {
                fourHalves(job.weightRow(first), step * job.weightBytes(), in, job.k() / Lanes.W, sums);
            } else {
                fourBrainHalves(job.weightRow(first), step * job.weightBytes(), in, job.k() / Lanes.W, sums);
            }
            for (int s = 0; s < count; s++) {
                int row = first + s * step;
                float sum = Lanes.sum(sums + s * (long) BYTES) * (half ? 0x1p16f : 1);
                putFloat(job.outRow(i) + row * 4L, job.bias(row) + sum);
            }
        }
    }

    /** Four rows of F16 and one of activations. */
    private static void fourHalves(long row, long stride, long x, int steps, long sums) {
        FloatVector a0 = FloatVector.zero(Lanes.F);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        long at = x;
        long w0 = row;
        long w1 = row + stride;
        long w2 = row + 2 * stride;
        long w3 = row + 3 * stride;
        for (int i = 0; i < steps; i++) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, ALL, at, LITTLE_ENDIAN);
            a0 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w0, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w1, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a1);
            a2 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w2, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a2);
            a3 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w3, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 13)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(v, a3);
            at += BYTES;
            w0 += BYTES / 2;
            w1 += BYTES / 2;
            w2 += BYTES / 2;
            w3 += BYTES / 2;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + 1 * BYTES, LITTLE_ENDIAN);
        a2.intoMemorySegment(ALL, sums + 2 * BYTES, LITTLE_ENDIAN);
        a3.intoMemorySegment(ALL, sums + 3 * BYTES, LITTLE_ENDIAN);
    }

    /** Four rows of BF16 and one of activations. */
    private static void fourBrainHalves(long row, long stride, long x, int steps, long sums) {
        FloatVector a0 = FloatVector.zero(Lanes.F);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        long at = x;
        long w0 = row;
        long w1 = row + stride;
        long w2 = row + 2 * stride;
        long w3 = row + 3 * stride;
        for (int i = 0; i < steps; i++) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, ALL, at, LITTLE_ENDIAN);
            a0 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w0, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(v, a0);
            a1 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w1, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(v, a1);
            a2 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w2, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(v, a2);
            a3 = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, w3, LITTLE_ENDIAN)
                            .convertShape(S2I, Lanes.I, 0))
                    .lanewise(LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(v, a3);
            at += BYTES;
            w0 += BYTES / 2;
            w1 += BYTES / 2;
            w2 += BYTES / 2;
            w3 += BYTES / 2;
        }
        a0.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
        a1.intoMemorySegment(ALL, sums + 1 * BYTES, LITTLE_ENDIAN);
        a2.intoMemorySegment(ALL, sums + 2 * BYTES, LITTLE_ENDIAN);
        a3.intoMemorySegment(ALL, sums + 3 * BYTES, LITTLE_ENDIAN);
    }
}
