// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Quantizer;
import dev.myna.kernels.format.search.Magnitudes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Rows of f32 to blocks of a {@link TensorType} and back, on several threads. Every row is rounded by itself, so the bytes do
 * not depend on the threads. Segments are native, f32 are little-endian, and nothing needs alignment.
 */
public final class Quantize {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The minimum weight of a column, relative to the mean, so that a column without weight does not become arbitrary. */
    private static final double MIN_IMPORTANCE = 1e-4;

    private Quantize() {}

    /**
     * Rounds rows.
     *
     * @param f32 {@code rows x width} f32
     * @param out receives exactly the blocks of {@code rows} rows
     * @param width elements per row, a multiple of the type's block size
     * @param importance how much a squared error counts in each of {@code width} columns, finite and not negative; null for
     *     all the same. F16, BF16 and Q8_0 do not use it; Q4_0, Q4_1, Q5_0 and Q5_1 search only with it.
     * @param threads at least 1
     * @throws IllegalArgumentException if sizes do not fit, a number is NaN or infinite, or one is too large for the type
     */
    public static void quantize(
            TensorType type,
            MemorySegment f32,
            MemorySegment out,
            long rows,
            int width,
            float[] importance,
            int threads) {
        long blocks = checkShape(type, rows, width);
        checkSize("f32", f32, Math.multiplyExact(Math.multiplyExact(rows, width), Float.BYTES));
        checkSize("out", out, Math.multiplyExact(blocks, type.blockBytes()));
        if (out.isReadOnly()) {
            throw new IllegalArgumentException("out is read-only");
        }
        float[] weights = weights(importance, width);
        long rowBytes = type.bytes(width);
        long to = out.address();
        inParallel(rows, threads, () -> {
            Quantizer quantizer = BlockFormat.of(type).quantizer();
            float[] row = new float[width];
            return r -> {
                MemorySegment.copy(f32, FLOAT, r * width * Float.BYTES, row, 0, width);
                float largest = checkFinite(row, r);
                try {
                    quantizer.quantize(row, weights, to + r * rowBytes);
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException(
                            "row " + r + ": magnitudes up to " + largest + " do not fit " + type + " (" + e.getMessage()
                                    + "); keep the tensor in F32",
                            e);
                }
            };
        });
        Reference.reachabilityFence(f32);
        Reference.reachabilityFence(out);
    }

    /**
     * Expands rows.
     *
     * @param blocks exactly the blocks of {@code rows} rows
     * @param f32 receives {@code rows x width} f32
     * @throws IllegalArgumentException if sizes do not fit
     */
    public static void dequantize(
            TensorType type, MemorySegment blocks, MemorySegment f32, long rows, int width, int threads) {
        checkShape(type, rows, width);
        long rowBytes = type.bytes(width);
        checkSize("blocks", blocks, Math.multiplyExact(rows, rowBytes));
        checkSize("f32", f32, Math.multiplyExact(Math.multiplyExact(rows, width), Float.BYTES));
        if (f32.isReadOnly()) {
            throw new IllegalArgumentException("f32 is read-only");
        }
        BlockFormat dequantizer = BlockFormat.of(type);
        long from = blocks.address();
        long to = f32.address();
        long perRow = width / type.blockSize();
        inParallel(
                rows,
                threads,
                () -> r -> dequantizer.dequantize(from + r * rowBytes, to + r * width * Float.BYTES, perRow));
        Reference.reachabilityFence(blocks);
        Reference.reachabilityFence(f32);
    }

    private static long checkShape(TensorType type, long rows, int width) {
        if (rows < 0 || width < 1 || width % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    rows + " rows of " + width + ": " + type + " needs rows of a multiple of " + type.blockSize());
        }
        return Math.multiplyExact(rows, (long) width / type.blockSize());
    }

    private static void checkSize(String name, MemorySegment segment, long bytes) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException(name + " must be native memory");
        }
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException(name + " has " + segment.byteSize() + " bytes; it must have " + bytes);
        }
    }

    /** Checked and scaled to a mean of 1; null where nothing distinguishes the columns. */
    private static float[] weights(float[] importance, int width) {
        if (importance == null) {
            return null;
        }
        if (importance.length != width) {
            throw new IllegalArgumentException(
                    "the importance has " + importance.length + " numbers; the rows have " + width + " columns");
        }
        double sum = 0;
        for (int i = 0; i < width; i++) {
            if (!Float.isFinite(importance[i]) || importance[i] < 0) {
                throw new IllegalArgumentException("the importance of column " + i + " is " + importance[i]
                        + "; it must be finite and not negative");
            }
            sum += importance[i];
        }
        if (sum == 0) {
            return null;
        }
        float[] weights = new float[width];
        for (int i = 0; i < width; i++) {
            weights[i] = (float) Math.max(MIN_IMPORTANCE, importance[i] * width / sum);
        }
        return weights;
    }

    private static float checkFinite(float[] row, long r) {
        float largest = Magnitudes.largest(row);
        if (Float.isFinite(largest)) {
            return largest;
        }
        int i = 0;
        while (Float.isFinite(row[i])) {
            i++;
        }
        throw new IllegalArgumentException(
                "row " + r + ", column " + i + " is " + row[i] + ": only finite numbers can be quantized");
    }

    private interface RowTask {
        void row(long r);
    }

    private interface RowTasks {
        /** A task with scratch memory of its own. */
        RowTask forThread();
    }

    /** Hands out runs of rows; the first failure ends the others and is thrown. */
    private static void inParallel(long rows, int threads, RowTasks tasks) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        long run = Math.max(1, Math.min(64, rows / (4L * threads)));
        AtomicLong next = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable worker = () -> {
            try {
                RowTask task = tasks.forThread();
                for (long first = next.getAndAdd(run); first < rows && failure.get() == null; ) {
                    for (long r = first; r < Math.min(first + run, rows); r++) {
                        task.row(r);
                    }
                    first = next.getAndAdd(run);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        };
        Thread[] workers = new Thread[(int) Math.min(threads - 1, Math.max(0, rows / run - 1))];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = Thread.ofPlatform().daemon().name("quantize-" + i).start(worker);
        }
        worker.run();
        boolean interrupted = false;
        for (Thread thread : workers) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true; // the workers write to the caller's memory: they must end first
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }
}
