// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * The register tiles of attention's two matmuls: six rows by two vectors, whose twelve sums, two operands and a broadcast
 * fit the 16 registers of AVX2 and keep the multipliers of AVX-512 busy as well, and four rows for few queries.
 *
 * <p>The right operand is a panel: a {@link Panel} of {@code inner} rows. The loops are written with calls that the
 * compiler is told to inline: it counts what it inlines otherwise, and one vector that crosses a call would put all on the heap.
 */
final class AttentionTile {
    private AttentionTile() {}

    /** Rows of the tile that suits a number of queries: the one with less to pad. */
    static int rowsFor(int queries) {
        return Math.ceilDiv(queries, 4) * 4 < Math.ceilDiv(queries, 6) * 6 ? 4 : 6;
    }

    /**
     * {@code c[rows, Panel.COLUMNS] = a[rows, inner] . panel}, added to what c holds if {@code add}. Sums start from zero either
     * way, so that they stay short.
     *
     * @param rows 4 or 6
     * @param aStride bytes from row to row of a; cStride likewise
     */
    static void multiply(int rows, long a, long aStride, long panel, int inner, long c, long cStride, boolean add) {
        if (rows == 6) {
            multiply6(a, aStride, panel, inner, c, cStride, add);
        } else {
            multiply4(a, aStride, panel, inner, c, cStride, add);
        }
    }

    private static void multiply6(long a, long aStride, long panel, int inner, long c, long cStride, boolean add) {
        FloatVector s00 = FloatVector.zero(Lanes.F);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        FloatVector s40 = s00;
        FloatVector s41 = s00;
        FloatVector s50 = s00;
        FloatVector s51 = s00;
        for (int i = 0; i < inner; i++) {
            long at = a + i * 4L;
            FloatVector b0 = fromMemorySegment(Lanes.F, ALL, panel + i * Panel.ROW, LITTLE_ENDIAN);
            FloatVector b1 = fromMemorySegment(Lanes.F, ALL, panel + i * Panel.ROW + Lanes.BYTES, LITTLE_ENDIAN);
            FloatVector v = FloatVector.broadcast(Lanes.F, getFloat(at));
            s00 = v.fma(b0, s00);
            s01 = v.fma(b1, s01);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + aStride));
            s10 = v.fma(b0, s10);
            s11 = v.fma(b1, s11);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + 2 * aStride));
            s20 = v.fma(b0, s20);
            s21 = v.fma(b1, s21);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + 3 * aStride));
            s30 = v.fma(b0, s30);
            s31 = v.fma(b1, s31);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + 4 * aStride));
            s40 = v.fma(b0, s40);
            s41 = v.fma(b1, s41);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + 5 * aStride));
            s50 = v.fma(b0, s50);
            s51 = v.fma(b1, s51);
        }
        long c1 = c + cStride;
        long c2 = c1 + cStride;
        long c3 = c2 + cStride;
        long c4 = c3 + cStride;
        long c5 = c4 + cStride;
        if (add) {
            s00 = s00.add(fromMemorySegment(Lanes.F, ALL, c, LITTLE_ENDIAN));
            s01 = s01.add(fromMemorySegment(Lanes.F, ALL, c + Lanes.BYTES, LITTLE_ENDIAN));
            s10 = s10.add(fromMemorySegment(Lanes.F, ALL, c1, LITTLE_ENDIAN));
            s11 = s11.add(fromMemorySegment(Lanes.F, ALL, c1 + Lanes.BYTES, LITTLE_ENDIAN));
            s20 = s20.add(fromMemorySegment(Lanes.F, ALL, c2, LITTLE_ENDIAN));
            s21 = s21.add(fromMemorySegment(Lanes.F, ALL, c2 + Lanes.BYTES, LITTLE_ENDIAN));
            s30 = s30.add(fromMemorySegment(Lanes.F, ALL, c3, LITTLE_ENDIAN));
            s31 = s31.add(fromMemorySegment(Lanes.F, ALL, c3 + Lanes.BYTES, LITTLE_ENDIAN));
            s40 = s40.add(fromMemorySegment(Lanes.F, ALL, c4, LITTLE_ENDIAN));
            s41 = s41.add(fromMemorySegment(Lanes.F, ALL, c4 + Lanes.BYTES, LITTLE_ENDIAN));
            s50 = s50.add(fromMemorySegment(Lanes.F, ALL, c5, LITTLE_ENDIAN));
            s51 = s51.add(fromMemorySegment(Lanes.F, ALL, c5 + Lanes.BYTES, LITTLE_ENDIAN));
        }
        s00.intoMemorySegment(ALL, c, LITTLE_ENDIAN);
        s01.intoMemorySegment(ALL, c + Lanes.BYTES, LITTLE_ENDIAN);
        s10.intoMemorySegment(ALL, c1, LITTLE_ENDIAN);
        s11.intoMemorySegment(ALL, c1 + Lanes.BYTES, LITTLE_ENDIAN);
        s20.intoMemorySegment(ALL, c2, LITTLE_ENDIAN);
        s21.intoMemorySegment(ALL, c2 + Lanes.BYTES, LITTLE_ENDIAN);
        s30.intoMemorySegment(ALL, c3, LITTLE_ENDIAN);
        s31.intoMemorySegment(ALL, c3 + Lanes.BYTES, LITTLE_ENDIAN);
        s40.intoMemorySegment(ALL, c4, LITTLE_ENDIAN);
        s41.intoMemorySegment(ALL, c4 + Lanes.BYTES, LITTLE_ENDIAN);
        s50.intoMemorySegment(ALL, c5, LITTLE_ENDIAN);
        s51.intoMemorySegment(ALL, c5 + Lanes.BYTES, LITTLE_ENDIAN);
    }

    private static void multiply4(long a, long aStride, long panel, int inner, long c, long cStride, boolean add) {
        FloatVector s00 = FloatVector.zero(Lanes.F);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        for (int i = 0; i < inner; i++) {
            long at = a + i * 4L;
            FloatVector b0 = fromMemorySegment(Lanes.F, ALL, panel + i * Panel.ROW, LITTLE_ENDIAN);
            FloatVector b1 = fromMemorySegment(Lanes.F, ALL, panel + i * Panel.ROW + Lanes.BYTES, LITTLE_ENDIAN);
            FloatVector v = FloatVector.broadcast(Lanes.F, getFloat(at));
            s00 = v.fma(b0, s00);
            s01 = v.fma(b1, s01);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + aStride));
            s10 = v.fma(b0, s10);
            s11 = v.fma(b1, s11);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + 2 * aStride));
            s20 = v.fma(b0, s20);
            s21 = v.fma(b1, s21);
            v = FloatVector.broadcast(Lanes.F, getFloat(at + 3 * aStride));
            s30 = v.fma(b0, s30);
            s31 = v.fma(b1, s31);
        }
        long c1 = c + cStride;
        long c2 = c1 + cStride;
        long c3 = c2 + cStride;
        if (add) {
            s00 = s00.add(fromMemorySegment(Lanes.F, ALL, c, LITTLE_ENDIAN));
            s01 = s01.add(fromMemorySegment(Lanes.F, ALL, c + Lanes.BYTES, LITTLE_ENDIAN));
            s10 = s10.add(fromMemorySegment(Lanes.F, ALL, c1, LITTLE_ENDIAN));
            s11 = s11.add(fromMemorySegment(Lanes.F, ALL, c1 + Lanes.BYTES, LITTLE_ENDIAN));
            s20 = s20.add(fromMemorySegment(Lanes.F, ALL, c2, LITTLE_ENDIAN));
            s21 = s21.add(fromMemorySegment(Lanes.F, ALL, c2 + Lanes.BYTES, LITTLE_ENDIAN));
            s30 = s30.add(fromMemorySegment(Lanes.F, ALL, c3, LITTLE_ENDIAN));
            s31 = s31.add(fromMemorySegment(Lanes.F, ALL, c3 + Lanes.BYTES, LITTLE_ENDIAN));
        }
        s00.intoMemorySegment(ALL, c, LITTLE_ENDIAN);
        s01.intoMemorySegment(ALL, c + Lanes.BYTES, LITTLE_ENDIAN);
        s10.intoMemorySegment(ALL, c1, LITTLE_ENDIAN);
        s11.intoMemorySegment(ALL, c1 + Lanes.BYTES, LITTLE_ENDIAN);
        s20.intoMemorySegment(ALL, c2, LITTLE_ENDIAN);
        s21.intoMemorySegment(ALL, c2 + Lanes.BYTES, LITTLE_ENDIAN);
        s30.intoMemorySegment(ALL, c3, LITTLE_ENDIAN);
        s31.intoMemorySegment(ALL, c3 + Lanes.BYTES, LITTLE_ENDIAN);
    }
}
