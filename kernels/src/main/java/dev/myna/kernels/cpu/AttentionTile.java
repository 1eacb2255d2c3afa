// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.ALL;
import static dev.myna.kernels.format.NativeMemory.getFloat;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.myna.kernels.format.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * The register tile of attention's two products: six rows by two vectors. Twelve sums, two operands and a broadcast fit the
 * 16 registers of AVX2 and NEON's 32, and keep the multipliers of AVX-512 busy as well.
 *
 * <p>The right operand is a panel: [inner][{@link #COLUMNS}] f32 without gaps.
 */
final class AttentionTile {
    static final int ROWS = 6;

    /** Columns of a panel: two vectors. */
    static final int COLUMNS = 2 * Lanes.W;

    /** Bytes from row to row of a panel. */
    static final long PANEL_ROW = 2L * Lanes.BYTES;

    private AttentionTile() {}

    /**
     * {@code c[6, COLUMNS] = a[6, inner] . panel}, or with factors {@code c = factors[row] c + a . panel}.
     *
     * @param aStride bytes from row to row of a; cStride likewise
     * @param factors address of six f32, or 0 to overwrite c
     */
    static void multiply(long a, long aStride, long panel, int inner, long c, long cStride, long factors) {
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
            FloatVector b0 = Lanes.load(panel + i * PANEL_ROW);
            FloatVector b1 = Lanes.load(panel + i * PANEL_ROW + Lanes.BYTES);
            FloatVector v = broadcast(at);
            s00 = v.fma(b0, s00);
            s01 = v.fma(b1, s01);
            v = broadcast(at + aStride);
            s10 = v.fma(b0, s10);
            s11 = v.fma(b1, s11);
            v = broadcast(at + 2 * aStride);
            s20 = v.fma(b0, s20);
            s21 = v.fma(b1, s21);
            v = broadcast(at + 3 * aStride);
            s30 = v.fma(b0, s30);
            s31 = v.fma(b1, s31);
            v = broadcast(at + 4 * aStride);
            s40 = v.fma(b0, s40);
            s41 = v.fma(b1, s41);
            v = broadcast(at + 5 * aStride);
            s50 = v.fma(b0, s50);
            s51 = v.fma(b1, s51);
        }
        long c1 = c + cStride;
        long c2 = c1 + cStride;
        long c3 = c2 + cStride;
        long c4 = c3 + cStride;
        long c5 = c4 + cStride;
        if (factors != 0) {
            s00 = broadcast(factors).fma(Lanes.load(c), s00);
            s01 = broadcast(factors).fma(Lanes.load(c + Lanes.BYTES), s01);
            s10 = broadcast(factors + 4).fma(Lanes.load(c1), s10);
            s11 = broadcast(factors + 4).fma(Lanes.load(c1 + Lanes.BYTES), s11);
            s20 = broadcast(factors + 8).fma(Lanes.load(c2), s20);
            s21 = broadcast(factors + 8).fma(Lanes.load(c2 + Lanes.BYTES), s21);
            s30 = broadcast(factors + 12).fma(Lanes.load(c3), s30);
            s31 = broadcast(factors + 12).fma(Lanes.load(c3 + Lanes.BYTES), s31);
            s40 = broadcast(factors + 16).fma(Lanes.load(c4), s40);
            s41 = broadcast(factors + 16).fma(Lanes.load(c4 + Lanes.BYTES), s41);
            s50 = broadcast(factors + 20).fma(Lanes.load(c5), s50);
            s51 = broadcast(factors + 20).fma(Lanes.load(c5 + Lanes.BYTES), s51);
        }
        // Not through Lanes.store: the compiler inlines no more ordinary methods after so many nodes, and one vector
        // that crosses a call would put all of them on the heap.
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

    private static FloatVector broadcast(long address) {
        return FloatVector.broadcast(Lanes.F, getFloat(address));
    }
}
