// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * Dot products of many rows with one or four vectors. Each result is summed in the same order in every form (lane by lane,
 * then the fixed tree of {@link Lanes#sum}, then the odd end), so it does not depend on which rows and vectors happened to
 * be computed together.
 */
final class VectorDots {
    /** Rows, and vectors, per register tile: 16 accumulators and 8 operands fit 32 registers. */
    static final int TILE = 4;

    /** f32 of working memory every form needs. */
    static final int PARTIALS = TILE * TILE * 16;

    private VectorDots() {}

    /**
     * {@code out[i] += rows[i] . x} for {@code count} rows.
     *
     * @param stride bytes from row to row
     * @param k elements per row
     * @param partials address of {@link #PARTIALS} f32
     */
    static void byOne(long rows, long stride, int count, long x, int k, long out, long partials) {
        for (int i = 0; i < count; i += TILE) {
            long row = rows + i * stride;
            int last = Math.min(TILE, count - i) - 1;
            tile4x1(
                    row,
                    row + Math.min(1, last) * stride,
                    row + Math.min(2, last) * stride,
                    row + last * stride,
                    x,
                    k,
                    partials);
            for (int r = 0; r <= last; r++) {
                add(partials + r * (long) Lanes.BYTES, row + r * stride, x, k, out + (i + r) * 4L);
            }
        }
    }

    /**
     * {@code out[v, i] += rows[i] . x[v]} for {@code count} rows and up to four vectors; with fewer than four the last is
     * computed again and dropped.
     *
     * @param xStride bytes from vector to vector
     * @param outStride bytes between the results of neighbouring vectors
     */
    static void byFour(
            long rows,
            long stride,
            int count,
            long x,
            long xStride,
            int vectors,
            int k,
            long out,
            long outStride,
            long partials) {
        long x1 = x + Math.min(1, vectors - 1) * xStride;
        long x2 = x + Math.min(2, vectors - 1) * xStride;
        long x3 = x + (vectors - 1) * xStride;
        for (int i = 0; i < count; i += TILE) {
            long row = rows + i * stride;
            int last = Math.min(TILE, count - i) - 1;
            tile4x4(
                    row,
                    row + Math.min(1, last) * stride,
                    row + Math.min(2, last) * stride,
                    row + last * stride,
                    x,
                    x1,
                    x2,
                    x3,
                    k,
                    partials);
            for (int v = 0; v < vectors; v++) {
                for (int r = 0; r <= last; r++) {
                    add(
                            partials + (r * TILE + v) * (long) Lanes.BYTES,
                            row + r * stride,
                            x + v * xStride,
                            k,
                            out + v * outStride + (i + r) * 4L);
                }
            }
        }
    }

    private static void add(long partial, long row, long x, int k, long out) {
        float sum = Lanes.sum(partial);
        for (int i = k & -Lanes.W; i < k; i++) {
            sum = Math.fma(getFloat(row + i * 4L), getFloat(x + i * 4L), sum);
        }
        putFloat(out, getFloat(out) + sum);
    }

    private static void tile4x1(long w0, long w1, long w2, long w3, long x, int k, long partials) {
        FloatVector s0 = FloatVector.zero(Lanes.F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int bytes = (k & -Lanes.W) * 4;
        for (int i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector v = Lanes.load(x + i);
            s0 = Lanes.load(w0 + i).fma(v, s0);
            s1 = Lanes.load(w1 + i).fma(v, s1);
            s2 = Lanes.load(w2 + i).fma(v, s2);
            s3 = Lanes.load(w3 + i).fma(v, s3);
        }
        Lanes.store(s0, partials);
        Lanes.store(s1, partials + Lanes.BYTES);
        Lanes.store(s2, partials + 2 * Lanes.BYTES);
        Lanes.store(s3, partials + 3 * Lanes.BYTES);
    }

    private static void tile4x4(
            long w0, long w1, long w2, long w3, long x0, long x1, long x2, long x3, int k, long partials) {
        FloatVector s00 = FloatVector.zero(Lanes.F);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s13 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s22 = s00;
        FloatVector s23 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s32 = s00;
        FloatVector s33 = s00;
        int bytes = (k & -Lanes.W) * 4;
        for (int i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector a = Lanes.load(x0 + i);
            FloatVector b = Lanes.load(x1 + i);
            FloatVector c = Lanes.load(x2 + i);
            FloatVector d = Lanes.load(x3 + i);
            FloatVector w = Lanes.load(w0 + i);
            s00 = w.fma(a, s00);
            s01 = w.fma(b, s01);
            s02 = w.fma(c, s02);
            s03 = w.fma(d, s03);
            w = Lanes.load(w1 + i);
            s10 = w.fma(a, s10);
            s11 = w.fma(b, s11);
            s12 = w.fma(c, s12);
            s13 = w.fma(d, s13);
            w = Lanes.load(w2 + i);
            s20 = w.fma(a, s20);
            s21 = w.fma(b, s21);
            s22 = w.fma(c, s22);
            s23 = w.fma(d, s23);
            w = Lanes.load(w3 + i);
            s30 = w.fma(a, s30);
            s31 = w.fma(b, s31);
            s32 = w.fma(c, s32);
            s33 = w.fma(d, s33);
        }
        // Not through Lanes.store: the compiler inlines no more ordinary methods after so many nodes, and one vector
        // that
        // crosses a call would put all of them on the heap.
        s00.intoMemorySegment(ALL, partials, LITTLE_ENDIAN);
        s01.intoMemorySegment(ALL, partials + Lanes.BYTES, LITTLE_ENDIAN);
        s02.intoMemorySegment(ALL, partials + 2 * Lanes.BYTES, LITTLE_ENDIAN);
        s03.intoMemorySegment(ALL, partials + 3 * Lanes.BYTES, LITTLE_ENDIAN);
        s10.intoMemorySegment(ALL, partials + 4 * Lanes.BYTES, LITTLE_ENDIAN);
        s11.intoMemorySegment(ALL, partials + 5 * Lanes.BYTES, LITTLE_ENDIAN);
        s12.intoMemorySegment(ALL, partials + 6 * Lanes.BYTES, LITTLE_ENDIAN);
        s13.intoMemorySegment(ALL, partials + 7 * Lanes.BYTES, LITTLE_ENDIAN);
        s20.intoMemorySegment(ALL, partials + 8 * Lanes.BYTES, LITTLE_ENDIAN);
        s21.intoMemorySegment(ALL, partials + 9 * Lanes.BYTES, LITTLE_ENDIAN);
        s22.intoMemorySegment(ALL, partials + 10 * Lanes.BYTES, LITTLE_ENDIAN);
        s23.intoMemorySegment(ALL, partials + 11 * Lanes.BYTES, LITTLE_ENDIAN);
        s30.intoMemorySegment(ALL, partials + 12 * Lanes.BYTES, LITTLE_ENDIAN);
        s31.intoMemorySegment(ALL, partials + 13 * Lanes.BYTES, LITTLE_ENDIAN);
        s32.intoMemorySegment(ALL, partials + 14 * Lanes.BYTES, LITTLE_ENDIAN);
        s33.intoMemorySegment(ALL, partials + 15 * Lanes.BYTES, LITTLE_ENDIAN);
    }
}
