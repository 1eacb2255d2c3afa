// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.kernels.quantize.Quantize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Statistics of a tensor's weights. Minimum, maximum and moments are of the finite weights; 0 if there are none.
 *
 * @param elements number of weights
 * @param nans how many are not a number
 * @param infinities how many are infinite
 * @param zeros how many are zero
 * @param deviation standard deviation
 */
public record TensorStatistics(
        long elements,
        long nans,
        long infinities,
        long zeros,
        float minimum,
        float maximum,
        double mean,
        double deviation) {
    private static final long BAND_ELEMENTS = 1 << 18;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Whether a weight is NaN or infinite. */
    public boolean broken() {
        return nans + infinities > 0;
    }

    /**
     * Computes the statistics of all weights.
     *
     * @param rows how many rows the tensor has
     * @param width elements per row
     * @param threads at least 1
     */
    public static TensorStatistics of(RowSource source, long rows, int width, int threads) {
        long perBand = Math.max(1, BAND_ELEMENTS / width);
        try (ExecutorService workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("statistics-", 0).factory())) {
            List<Future<Sums>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                long first = i * perBand;
                parts.add(workers.submit(() -> sums(source, rows, width, first, perBand, threads * perBand)));
            }
            Sums all = new Sums();
            for (Future<Sums> part : parts) {
                all.add(part.get());
            }
            return all.statistics();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Of every {@code step}-th band from row {@code first} on. */
    private static Sums sums(RowSource source, long rows, int width, long first, long perBand, long step) {
        Sums sums = new Sums();
        try (Arena arena = Arena.ofConfined()) {
            long rowBytes = source.type().bytes(width);
            MemorySegment stored = arena.allocate(perBand * rowBytes, Long.BYTES);
            MemorySegment f32 = arena.allocate(perBand * width * Float.BYTES, Long.BYTES);
            for (long row = first; row < rows; row += step) {
                long count = Math.min(perBand, rows - row);
                MemorySegment band = stored.asSlice(0, count * rowBytes);
                MemorySegment floats = f32.asSlice(0, count * width * Float.BYTES);
                source.read(row, band);
                Quantize.dequantize(source.type(), band, floats, count, width, 1);
                sums.add(floats);
            }
        }
        return sums;
    }

    private static final class Sums {
        private long elements;
        private long nans;
        private long infinities;
        private long zeros;
        private float minimum = Float.POSITIVE_INFINITY;
        private float maximum = Float.NEGATIVE_INFINITY;
        private double sum;
        private double squares;

        private void add(MemorySegment floats) {
            long count = floats.byteSize() / Float.BYTES;
            for (long i = 0; i < count; i++) {
                float value = floats.get(FLOAT, i * Float.BYTES);
                if (Float.isFinite(value)) {
                    minimum = Math.min(minimum, value);
                    maximum = Math.max(maximum, value);
                    sum += value;
                    squares += (double) value * value;
                    if (value == 0) {
                        zeros++;
                    }
                } else if (Float.isNaN(value)) {
                    nans++;
                } else {
                    infinities++;
                }
            }
            elements += count;
        }

        private void add(Sums other) {
            elements += other.elements;
            nans += other.nans;
            infinities += other.infinities;
            zeros += other.zeros;
            minimum = Math.min(minimum, other.minimum);
            maximum = Math.max(maximum, other.maximum);
            sum += other.sum;
            squares += other.squares;
        }

        private TensorStatistics statistics() {
            long finite = elements - nans - infinities;
            if (finite == 0) {
                return new TensorStatistics(elements, nans, infinities, zeros, 0, 0, 0, 0);
            }
            double mean = sum / finite;
            double variance = Math.max(0, squares / finite - mean * mean);
            return new TensorStatistics(elements, nans, infinities, zeros, minimum, maximum, mean, Math.sqrt(variance));
        }
    }
}
