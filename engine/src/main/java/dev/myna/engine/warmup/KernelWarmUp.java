// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.warmup;

import dev.myna.kernels.Device;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Has the JVM compile the kernels while a program is still parsing options, mapping files and decoding images: runs each
 * operation over and over on small operands, on one daemon thread and a {@link Device} of its own. Until the optimizing compiler
 * has been through a vector kernel, that kernel is thousands of times slower than afterwards.
 *
 * <p>It computes nothing that anybody reads, so answers do not depend on it. It ends by itself when every operation has been
 * called often enough or its time is up, needs less than a megabyte, and never throws: a failed warm-up has no effect.
 *
 * {@snippet :
 * try (KernelWarmUp warmUp = KernelWarmUp.start(EnumSet.allOf(KernelWarmUp.Part.class), Set.of(TensorType.Q4_0))) {
 *     // load the model, decode the image
 * } // the processors belong to the model now
 * }
 */
public final class KernelWarmUp implements AutoCloseable {
    /** Which operations to warm. */
    public enum Part {
        /** Those of the vision tower and the projectors. */
        IMAGES,
        /** Those of the decoder. */
        TEXT
    }

    /**
     * Calls of each operation. Enough for the compilers to take it up; more calls of what is not compiled yet would only take
     * processor time from them (measured: with 30 the first answer comes sooner than with 3 or with 600).
     */
    private static final int CALLS = 24;

    /**
     * Where machine code computes the products, plain loops compute the rest at first: then the code is to be written and classes
     * are to be loaded, and more calls would only take processor time.
     */
    private static final int CALLS_OF_MACHINE_CODE = 1;

    private static final long LIMIT_NANOS = 2_000_000_000L;

    private final ConcurrentLinkedQueue<TensorType> added = new ConcurrentLinkedQueue<>();
    private final Set<Part> parts;
    private final Thread thread;
    private volatile boolean stopped;

    private KernelWarmUp(Set<Part> parts, Collection<TensorType> types, Supplier<Device> opener) {
        this.parts = EnumSet.copyOf(parts);
        added.addAll(types);
        thread = new Thread(() -> run(opener), "myna-warm-up");
        thread.setDaemon(true);
    }

    /**
     * Starts at once, with the operations of {@code parts} on weights of the given types.
     *
     * @param parts at least one
     */
    public static KernelWarmUp start(Set<Part> parts, Collection<TensorType> types) {
        return start(parts, types, () -> Devices.cpu(1));
    }

    static KernelWarmUp start(Set<Part> parts, Collection<TensorType> types, Supplier<Device> opener) {
        KernelWarmUp warmUp = new KernelWarmUp(parts, types, opener);
        warmUp.thread.start();
        return warmUp;
    }

    /** Adds products with weights of more types, as they become known. */
    public void add(Collection<TensorType> types) {
        added.addAll(types);
    }

    /** Stops within one call of one operation, without waiting for that. Idempotent. */
    @Override
    public void close() {
        stopped = true;
    }

    /** Waits until the warm-up has ended, by itself or because it was closed: a few seconds at most. */
    public void await() throws InterruptedException {
        thread.join();
    }

    private void run(Supplier<Device> opener) {
        try (Device device = opener.get();
                Arena scope = Arena.ofConfined()) {
            // What falls back computes with vectors, all of which the compilers have to see.
            repeat(new WarmUpOperations(device, scope), device.fallback().isEmpty() ? CALLS_OF_MACHINE_CODE : CALLS);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            // Whatever it is, the model will meet it too and say it better.
        }
    }

    private void repeat(WarmUpOperations operations, int most) {
        long end = System.nanoTime() + LIMIT_NANOS;
        List<Runnable> round = new ArrayList<>();
        for (Part part : parts) {
            round.addAll(operations.of(part));
        }
        Set<TensorType> known = EnumSet.noneOf(TensorType.class);
        for (int calls = 0; calls < most; calls++) {
            for (TensorType type = added.poll(); type != null; type = added.poll()) {
                if (known.add(type)) {
                    round.addAll(0, operations.products(type));
                    calls = 0;
                }
            }
            for (Runnable operation : round) {
                if (stopped || System.nanoTime() - end > 0) {
                    return;
                }
                operation.run();
            }
        }
    }
}
