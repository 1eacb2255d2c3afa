// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.quantize.Quantize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads bands, reorders their rows and encodes them, in its own memory. Not thread-safe. */
final class BandEncoder {
    private final MemorySegment stored;
    private final MemorySegment ordered;
    private final MemorySegment f32;
    private final MemorySegment out;

    /**
     * @param storedBytes of the largest band as it is stored
     * @param elements of the largest band
     * @param bytes of the largest band in its final format
     */
    BandEncoder(Arena arena, long storedBytes, long elements, long bytes) {
        stored = arena.allocate(storedBytes, Long.BYTES);
        ordered = arena.allocate(storedBytes, Long.BYTES);
        f32 = arena.allocate(elements * Float.BYTES, Long.BYTES);
        out = arena.allocate(bytes, Long.BYTES);
    }

    /**
     * The rows of a band, until the next call.
     *
     * @throws RowException if a number does not fit the format
     */
    MemorySegment encode(Band band) {
        MemorySegment target = out.asSlice(0, band.bytes());
        TensorType from = band.tensor().source().type();
        boolean asIs = from == band.tensor().type();
        boolean reordered = band.tensor().headDim() > 0;
        MemorySegment rows = asIs && !reordered ? target : stored.asSlice(0, band.storedBytes());
        band.tensor().source().read(band.firstRow(), rows);
        if (reordered) {
            MemorySegment order = asIs ? target : ordered.asSlice(0, band.storedBytes());
            pairHalves(band, rows, order, from.bytes(band.tensor().width()));
            rows = order;
        }
        if (!asIs) {
            convert(band, from, rows, target);
        }
        return target;
    }

    /** Row {@code 2j} of a head becomes its row {@code j}, row {@code 2j + 1} its row {@code j + headDim / 2}. */
    private static void pairHalves(Band band, MemorySegment from, MemorySegment to, long rowBytes) {
        int headDim = band.tensor().headDim();
        int half = headDim / 2;
        for (int row = 0; row < band.rows(); row++) {
            int inHead = row % headDim;
            long source = row - inHead + inHead / 2 + (inHead % 2) * half;
            MemorySegment.copy(from, source * rowBytes, to, row * rowBytes, rowBytes);
        }
    }

    private void convert(Band band, TensorType from, MemorySegment rows, MemorySegment target) {
        int width = band.tensor().width();
        TensorType type = band.tensor().type();
        if (type == TensorType.F32) {
            Quantize.dequantize(from, rows, target, band.rows(), width, 1);
            return;
        }
        MemorySegment floats = rows;
        if (from != TensorType.F32) {
            floats = f32.asSlice(0, band.elements() * Float.BYTES);
            Quantize.dequantize(from, rows, floats, band.rows(), width, 1);
        }
        try {
            Quantize.quantize(
                    type, floats, target, band.rows(), width, band.tensor().importance(), 1);
        } catch (IllegalArgumentException e) {
            String place = band.firstRow() == 0 ? "" : ", in the rows from " + band.firstRow();
            throw new RowException(band.tensor().source().describe() + place + ": " + e.getMessage(), e);
        }
    }
}
