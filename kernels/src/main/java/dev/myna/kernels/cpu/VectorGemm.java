// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.ALL;
import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.putFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.myna.kernels.format.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * {@code c[rows, columns] += a[rows, inner] . b[inner, columns]} with lanes along the columns: no reductions, every result
 * one chain of fused multiply-adds in the order of {@code inner}. Strides are bytes from row to row.
 */
final class VectorGemm {
    private static final int WIDE = 4 * Lanes.W;

    private VectorGemm() {}

    static void accumulate(
            long a, long aStride, int rows, long b, long bStride, int inner, int columns, long c, long cStride) {
        int row = 0;
        for (; row <= rows - 2; row += 4) {
            // Rows that are missing from the last four are computed again: the tile reads and writes them only once.
            int last = Math.min(4, rows - row) - 1;
            long a0 = a + row * aStride;
            long c0 = c + row * cStride;
            fourRows(a0, a0 + aStride, a0 + Math.min(2, last) * aStride, a0 + last * aStride, b, bStride, inner, columns,
                    c0, c0 + cStride, c0 + Math.min(2, last) * cStride, c0 + last * cStride);
        }
        if (row < rows) {
            oneRow(a + row * aStride, b, bStride, inner, columns, c + row * cStride);
        }
    }

    private static void fourRows(
            long a0, long a1, long a2, long a3, long b, long bStride, int inner, int columns,
            long c0, long c1, long c2, long c3) {
        int column = 0;
        for (; column <= columns - WIDE; column += WIDE) {
            long at = column * 4L;
            tile4x4(a0, a1, a2, a3, b + at, bStride, inner, c0 + at, c1 + at, c2 + at, c3 + at);
        }
        for (; column <= columns - Lanes.W; column += Lanes.W) {
            long at = column * 4L;
            tile4x1(a0, a1, a2, a3, b + at, bStride, inner, c0 + at, c1 + at, c2 + at, c3 + at);
        }
        if (column < columns) {
            long at = column * 4L;
            single(a0, b + at, bStride, inner, columns - column, c0 + at);
            if (c1 != c0) {
                single(a1, b + at, bStride, inner, columns - column, c1 + at);
            }
            if (c2 != c1) {
                single(a2, b + at, bStride, inner, columns - column, c2 + at);
            }
            if (c3 != c2) {
                single(a3, b + at, bStride, inner, columns - column, c3 + at);
            }
        }
    }

    private static void oneRow(long a, long b, long bStride, int inner, int columns, long c) {
        int column = 0;
        for (; column <= columns - WIDE; column += WIDE) {
            tile1x4(a, b + column * 4L, bStride, inner, c + column * 4L);
        }
        for (; column <= columns - Lanes.W; column += Lanes.W) {
            tile1x1(a, b + column * 4L, bStride, inner, c + column * 4L);
        }
        single(a, b + column * 4L, bStride, inner, columns - column, c + column * 4L);
    }

    private static void single(long a, long b, long bStride, int inner, int columns, long c) {
        for (int column = 0; column < columns; column++) {
            float sum = getFloat(c + column * 4L);
            for (int i = 0; i < inner; i++) {
                sum = Math.fma(getFloat(a + i * 4L), getFloat(b + i * bStride + column * 4L), sum);
            }
            putFloat(c + column * 4L, sum);
        }
    }

    private static FloatVector broadcast(long address) {
        return FloatVector.broadcast(Lanes.F, getFloat(address));
    }

    private static void tile1x1(long a, long b, long bStride, int inner, long c) {
        FloatVector sum = Lanes.load(c);
        for (int i = 0; i < inner; i++) {
            sum = broadcast(a + i * 4L).fma(Lanes.load(b + i * bStride), sum);
        }
        Lanes.store(sum, c);
    }

    private static void tile1x4(long a, long b, long bStride, int inner, long c) {
        FloatVector s0 = Lanes.load(c);
        FloatVector s1 = Lanes.load(c + Lanes.BYTES);
        FloatVector s2 = Lanes.load(c + 2 * Lanes.BYTES);
        FloatVector s3 = Lanes.load(c + 3 * Lanes.BYTES);
        for (int i = 0; i < inner; i++) {
            long row = b + i * bStride;
            FloatVector v = broadcast(a + i * 4L);
            s0 = v.fma(Lanes.load(row), s0);
            s1 = v.fma(Lanes.load(row + Lanes.BYTES), s1);
            s2 = v.fma(Lanes.load(row + 2 * Lanes.BYTES), s2);
            s3 = v.fma(Lanes.load(row + 3 * Lanes.BYTES), s3);
        }
        Lanes.store(s0, c);
        Lanes.store(s1, c + Lanes.BYTES);
        Lanes.store(s2, c + 2 * Lanes.BYTES);
        Lanes.store(s3, c + 3 * Lanes.BYTES);
    }

    private static void tile4x1(
            long a0, long a1, long a2, long a3, long b, long bStride, int inner, long c0, long c1, long c2, long c3) {
        FloatVector s0 = Lanes.load(c0);
        FloatVector s1 = Lanes.load(c1);
        FloatVector s2 = Lanes.load(c2);
        FloatVector s3 = Lanes.load(c3);
        for (int i = 0; i < inner; i++) {
            long at = i * 4L;
            FloatVector v = Lanes.load(b + i * bStride);
            s0 = broadcast(a0 + at).fma(v, s0);
            s1 = broadcast(a1 + at).fma(v, s1);
            s2 = broadcast(a2 + at).fma(v, s2);
            s3 = broadcast(a3 + at).fma(v, s3);
        }
        Lanes.store(s0, c0);
        Lanes.store(s1, c1);
        Lanes.store(s2, c2);
        Lanes.store(s3, c3);
    }

    private static void tile4x4(
            long a0, long a1, long a2, long a3, long b, long bStride, int inner, long c0, long c1, long c2, long c3) {
        FloatVector s00 = Lanes.load(c0);
        FloatVector s01 = Lanes.load(c0 + Lanes.BYTES);
        FloatVector s02 = Lanes.load(c0 + 2 * Lanes.BYTES);
        FloatVector s03 = Lanes.load(c0 + 3 * Lanes.BYTES);
        FloatVector s10 = Lanes.load(c1);
        FloatVector s11 = Lanes.load(c1 + Lanes.BYTES);
        FloatVector s12 = Lanes.load(c1 + 2 * Lanes.BYTES);
        FloatVector s13 = Lanes.load(c1 + 3 * Lanes.BYTES);
        FloatVector s20 = Lanes.load(c2);
        FloatVector s21 = Lanes.load(c2 + Lanes.BYTES);
        FloatVector s22 = Lanes.load(c2 + 2 * Lanes.BYTES);
        FloatVector s23 = Lanes.load(c2 + 3 * Lanes.BYTES);
        FloatVector s30 = Lanes.load(c3);
        FloatVector s31 = Lanes.load(c3 + Lanes.BYTES);
        FloatVector s32 = Lanes.load(c3 + 2 * Lanes.BYTES);
        FloatVector s33 = Lanes.load(c3 + 3 * Lanes.BYTES);
        for (int i = 0; i < inner; i++) {
            long at = i * 4L;
            long row = b + i * bStride;
            FloatVector b0 = Lanes.load(row);
            FloatVector b1 = Lanes.load(row + Lanes.BYTES);
            FloatVector b2 = Lanes.load(row + 2 * Lanes.BYTES);
            FloatVector b3 = Lanes.load(row + 3 * Lanes.BYTES);
            FloatVector v = broadcast(a0 + at);
            s00 = v.fma(b0, s00);
            s01 = v.fma(b1, s01);
            s02 = v.fma(b2, s02);
            s03 = v.fma(b3, s03);
            v = broadcast(a1 + at);
            s10 = v.fma(b0, s10);
            s11 = v.fma(b1, s11);
            s12 = v.fma(b2, s12);
            s13 = v.fma(b3, s13);
            v = broadcast(a2 + at);
            s20 = v.fma(b0, s20);
            s21 = v.fma(b1, s21);
            s22 = v.fma(b2, s22);
            s23 = v.fma(b3, s23);
            v = broadcast(a3 + at);
            s30 = v.fma(b0, s30);
            s31 = v.fma(b1, s31);
            s32 = v.fma(b2, s32);
            s33 = v.fma(b3, s33);
        }
        // Not through Lanes.store: the compiler inlines no more ordinary methods after so many nodes, and one vector that
        // crosses a call would put all of them on the heap.
        s00.intoMemorySegment(ALL, c0, LITTLE_ENDIAN);
        s01.intoMemorySegment(ALL, c0 + Lanes.BYTES, LITTLE_ENDIAN);
        s02.intoMemorySegment(ALL, c0 + 2 * Lanes.BYTES, LITTLE_ENDIAN);
        s03.intoMemorySegment(ALL, c0 + 3 * Lanes.BYTES, LITTLE_ENDIAN);
        s10.intoMemorySegment(ALL, c1, LITTLE_ENDIAN);
        s11.intoMemorySegment(ALL, c1 + Lanes.BYTES, LITTLE_ENDIAN);
        s12.intoMemorySegment(ALL, c1 + 2 * Lanes.BYTES, LITTLE_ENDIAN);
        s13.intoMemorySegment(ALL, c1 + 3 * Lanes.BYTES, LITTLE_ENDIAN);
        s20.intoMemorySegment(ALL, c2, LITTLE_ENDIAN);
        s21.intoMemorySegment(ALL, c2 + Lanes.BYTES, LITTLE_ENDIAN);
        s22.intoMemorySegment(ALL, c2 + 2 * Lanes.BYTES, LITTLE_ENDIAN);
        s23.intoMemorySegment(ALL, c2 + 3 * Lanes.BYTES, LITTLE_ENDIAN);
        s30.intoMemorySegment(ALL, c3, LITTLE_ENDIAN);
        s31.intoMemorySegment(ALL, c3 + Lanes.BYTES, LITTLE_ENDIAN);
        s32.intoMemorySegment(ALL, c3 + 2 * Lanes.BYTES, LITTLE_ENDIAN);
        s33.intoMemorySegment(ALL, c3 + 3 * Lanes.BYTES, LITTLE_ENDIAN);
    }
}
