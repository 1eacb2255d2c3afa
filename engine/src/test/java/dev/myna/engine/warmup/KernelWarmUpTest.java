// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.warmup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.myna.engine.warmup.KernelWarmUp.Part;
import dev.myna.kernels.Device;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.devices.Devices;
import dev.myna.testing.WatchedDevice;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KernelWarmUpTest {
    private static final Set<Part> BOTH = EnumSet.allOf(Part.class);

    @Test
    void endsByItselfWithEveryType() throws InterruptedException {
        try (KernelWarmUp warmUp = KernelWarmUp.start(BOTH, EnumSet.allOf(TensorType.class))) {
            warmUp.await();
        }
        try (KernelWarmUp warmUp = KernelWarmUp.start(BOTH, EnumSet.allOf(TensorType.class), Devices::scalar)) {
            warmUp.await();
        }
    }

    @Test
    void closedItEndsAndStaysEnded() throws InterruptedException {
        CountDownLatch opened = new CountDownLatch(1);
        KernelWarmUp warmUp = KernelWarmUp.start(BOTH, Set.of(), () -> {
            opened.countDown();
            return Devices.scalar();
        });
        opened.await();
        warmUp.close();
        warmUp.close();
        warmUp.await();
        warmUp.add(Set.of(TensorType.Q4_0));
        warmUp.await();
    }

    @Test
    void afterClosingNoOperationBegins() throws InterruptedException {
        AtomicReference<KernelWarmUp> warmUp = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        AtomicInteger products = new AtomicInteger();
        warmUp.set(KernelWarmUp.start(
                BOTH,
                Set.of(TensorType.F32, TensorType.Q4_0),
                () -> watched(method -> {
                    awaitQuietly(known);
                    if (method.equals("matmul") && products.incrementAndGet() == 3) {
                        warmUp.get().close();
                    }
                })));
        known.countDown();
        warmUp.get().await();
        assertEquals(3, products.get());
    }

    /** The scalar device, which tells the names of the operations it is asked for. */
    private static Device watched(Consumer<String> calls) {
        return WatchedDevice.of(Devices.scalar(), method -> calls.accept(method.getName()));
    }

    @Test
    void failuresStayInside() throws InterruptedException {
        AtomicReference<Throwable> escaped = new AtomicReference<>();
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, problem) -> escaped.set(problem));
        try {
            for (Throwable problem :
                    new Throwable[] {new IllegalStateException(), new NoClassDefFoundError(), new OutOfMemoryError()}) {
                KernelWarmUp warmUp = KernelWarmUp.start(BOTH, Set.of(), () -> KernelWarmUpTest.fail(problem));
                warmUp.await();
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertEquals(null, escaped.get());
    }

    private static <T> T fail(Throwable problem) {
        if (problem instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) problem;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
