// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Encodes bands on several threads while the caller writes earlier ones. Memory is bounded: there are as many bands in
 * progress as encoders.
 */
final class BandPipeline implements AutoCloseable {
    /** One band is being written and one waits; every thread still has a band to encode. */
    private static final int AHEAD = 2;

    private final List<Band> bands;
    private final Arena arena = Arena.ofShared();
    private final List<BandEncoder> encoders = new ArrayList<>();
    private final List<Future<MemorySegment>> encoded = new ArrayList<>();
    private final ExecutorService workers;
    private int next;

    BandPipeline(List<Band> bands, int threads) {
        this.bands = bands;
        this.workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("rows-", 0).factory());
        long stored = bands.stream().mapToLong(Band::storedBytes).max().orElse(0);
        long elements = bands.stream().mapToLong(Band::elements).max().orElse(0);
        long bytes = bands.stream().mapToLong(Band::bytes).max().orElse(0);
        for (int i = 0; i < Math.min(threads + AHEAD, bands.size()); i++) {
            encoders.add(new BandEncoder(arena, stored, elements, bytes));
            encoded.add(submit(i));
        }
    }

    /** The bytes of the next band, valid until the next call. */
    MemorySegment next() throws InterruptedException {
        if (next > 0 && next - 1 + encoders.size() < bands.size()) {
            int free = next - 1;
            encoded.set(free % encoders.size(), submit(free + encoders.size()));
        }
        try {
            return encoded.get(next++ % encoders.size()).get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private Future<MemorySegment> submit(int band) {
        BandEncoder encoder = encoders.get(band % encoders.size());
        return workers.submit(() -> encoder.encode(bands.get(band)));
    }

    /** Waits for the bands in progress and frees the memory. */
    @Override
    public void close() {
        encoded.forEach(band -> band.cancel(false));
        workers.shutdown();
        boolean interrupted = false;
        while (!workers.isTerminated()) {
            try {
                boolean ignored = workers.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true; // the workers write to the arena: it must outlive them
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        arena.close();
    }
}
