// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.kernels.Quantize;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.hf.ElementType;
import dev.myna.loaders.hf.SourceTensor;
import dev.myna.loaders.text.Text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads bands and brings their rows into their order and their format, in memory of its own. Not thread-safe. */
final class BandEncoder {
    private static final long LARGEST_ELEMENT = Float.BYTES;

    private final MemorySegment stored;
    private final MemorySegment ordered;
    private final MemorySegment f32;
    private final MemorySegment out;

    /**
     * @param elements of the largest band
     * @param bytes of the largest band in its final format
     */
    BandEncoder(Arena arena, long elements, long bytes) {
        stored = arena.allocate(elements * LARGEST_ELEMENT, Long.BYTES);
        ordered = arena.allocate(elements * LARGEST_ELEMENT, Long.BYTES);
        f32 = arena.allocate(elements * Float.BYTES, Long.BYTES);
        out = arena.allocate(bytes, Long.BYTES);
    }

    /**
     * The rows of a band, until the next call.
     *
     * @throws CheckpointException if a number does not fit the format, or the file cannot be read any more
     */
    MemorySegment encode(Band band) {
        MemorySegment target = out.asSlice(0, band.bytes());
        ElementType element = band.tensor().parts().getFirst().type();
        TensorType from = tensorType(element);
        long sourceBytes = band.elements() * element.bytes();
        boolean asIs = from == band.type();
        boolean reordered = band.tensor().headDim() > 0;
        MemorySegment rows = asIs && !reordered ? target : stored.asSlice(0, sourceBytes);
        read(band, element, rows);
        if (reordered) {
            MemorySegment order = asIs ? target : ordered.asSlice(0, sourceBytes);
            pairHalves(band, rows, order, (long) band.width() * element.bytes());
            rows = order;
        }
        if (!asIs) {
            convert(band, from, rows, target);
        }
        return target;
    }

    private static void read(Band band, ElementType element, MemorySegment target) {
        long first = band.firstRow() * band.width();
        long done = 0;
        for (SourceTensor part : band.tensor().parts()) {
            long elements = part.elements();
            if (first < elements && done < band.elements()) {
                long count = Math.min(elements - first, band.elements() - done);
                part.read(first, target.asSlice(done * element.bytes(), count * element.bytes()));
                done += count;
                first = 0;
            } else {
                first = Math.max(0, first - elements);
            }
        }
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
        int width = band.width();
        if (band.type() == TensorType.F32) {
            Quantize.dequantize(from, rows, target, band.rows(), width, 1);
            return;
        }
        MemorySegment floats = rows;
        if (from != TensorType.F32) {
            floats = f32.asSlice(0, band.elements() * Float.BYTES);
            Quantize.dequantize(from, rows, floats, band.rows(), width, 1);
        }
        try {
            Quantize.quantize(band.type(), floats, target, band.rows(), width, null, 1);
        } catch (IllegalArgumentException e) {
            SourceTensor source = band.tensor().parts().getFirst();
            String place = band.firstRow() == 0 ? "" : ", in the rows from " + band.firstRow();
            throw new CheckpointException(
                    source.file() + ": tensor " + Text.quote(source.name()) + place + ": " + e.getMessage(), e);
        }
    }

    private static TensorType tensorType(ElementType element) {
        return switch (element) {
            case F32 -> TensorType.F32;
            case F16 -> TensorType.F16;
            case BF16 -> TensorType.BF16;
            default -> throw new IllegalArgumentException("weights of " + element);
        };
    }
}
