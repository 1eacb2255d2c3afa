// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.roofline;

import dev.myna.kernels.Roofline;
import dev.myna.kernels.machine.VectorSupport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a loop of {@link RooflineLoops} on all threads at once, in rounds, and keeps the best: a roof is what the machine can do
 * when nothing disturbs it. Rounds start short and grow while they are quick, because loops that are not yet compiled are some
 * thousand times slower.
 */
public final class RooflineMeasurement {
    /** Far more than any last-level cache keeps of it between two sweeps. */
    private static final long MEMORY_BYTES = 512L << 20;

    private static final long MIN_READ_BYTES = 64 << 10;
    private static final long MIN_FMA_STEPS = 64;
    private static final long MAX_FMA_STEPS = 1 << 23;
    private static final long QUICK_NANOS = 5_000_000;
    private static final long MIN_NANOS = 1_200_000_000;
    private static final int MIN_ROUNDS = 6;
    private static final byte FILLING = 1;

    private final ExecutorService pool;
    private final int threads;

    private RooflineMeasurement(ExecutorService pool, int threads) {
        this.pool = pool;
        this.threads = threads;
    }

    /** Measures {@code threads} threads, at least 1. */
    public static Roofline measure(int threads) {
        RooflineLoops loops = VectorSupport.usable() ? new VectorLoops() : new ScalarLoops();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            RooflineMeasurement measurement = new RooflineMeasurement(pool, threads);
            return new Roofline(
                    threads + (threads == 1 ? " thread" : " threads"), measurement.read(loops), measurement.fma(loops));
        }
    }

    /** One thread's share of a round of {@code length}. */
    private interface Share {
        void run(int thread, long length);
    }

    private double read(RooflineLoops loops) {
        long band = MEMORY_BYTES / threads & -MIN_READ_BYTES;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(band * threads, 4096).fill(FILLING);
            return best(MIN_READ_BYTES, band, (thread, bytes) -> {
                int sum = loops.sum(memory.address() + thread * band, bytes);
                // The wrapped sum of equal ints: proof that every byte was read.
                check(sum == (int) (bytes / Integer.BYTES) * 0x01010101, "a sum of memory is wrong: " + sum);
            });
        }
    }

    private double fma(RooflineLoops loops) {
        double steps = best(MIN_FMA_STEPS, MAX_FMA_STEPS, (_, count) -> {
            float limit = loops.multiplyAdd(count);
            check(limit == 1, "x = x / 2 + 1 / 2 converges to 1, not " + limit);
        });
        return 2 * steps * loops.multiplyAddsPerStep();
    }

    /** Most units per second of all threads together, from the rounds of the greatest length reached. */
    private double best(long shortest, long longest, Share share) {
        long start = System.nanoTime();
        long length = shortest;
        long quickest = Long.MAX_VALUE;
        int rounds = 0;
        while (rounds < MIN_ROUNDS || System.nanoTime() - start < MIN_NANOS) {
            long nanos = round(length, share);
            if (nanos < QUICK_NANOS && length < longest) {
                length = Math.min(2 * length, longest);
                quickest = Long.MAX_VALUE;
                rounds = 0;
            } else {
                quickest = Math.min(quickest, nanos);
                rounds++;
            }
        }
        return (double) length * threads / quickest * 1e9;
    }

    private long round(long length, Share share) {
        AtomicInteger next = new AtomicInteger();
        List<Callable<Void>> shares = Collections.nCopies(threads, () -> {
            share.run(next.getAndIncrement(), length);
            return null;
        });
        try {
            long start = System.nanoTime();
            List<Future<Void>> done = pool.invokeAll(shares);
            long nanos = System.nanoTime() - start;
            for (Future<Void> future : done) {
                future.get();
            }
            return nanos;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    private static void check(boolean right, String message) {
        if (!right) {
            throw new IllegalStateException(message);
        }
    }
}
