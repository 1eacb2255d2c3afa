// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UsageTest {
    private final AtomicInteger freed = new AtomicInteger();
    private final Usage usage = new Usage("the thing", freed::incrementAndGet);

    @Test
    void closeWaitsForThreadsInside() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        Thread user = Thread.ofPlatform().start(() -> {
            usage.enter();
            usage.enter();
            inside.countDown();
            while (!usage.closed()) {
                Thread.onSpinWait();
            }
            usage.exit();
            assertEquals(0, freed.get());
            usage.exit();
        });
        inside.await();
        Thread.currentThread().interrupt();
        usage.close();
        assertTrue(Thread.interrupted(), "interrupts are kept");
        assertEquals(1, freed.get());
        user.join();
        usage.close();
        assertEquals(1, freed.get());
        String message = assertThrows(IllegalStateException.class, usage::enter).getMessage();
        assertEquals("the thing is closed", message);
        assertThrows(IllegalStateException.class, usage::requireOpen);
        assertThrows(IllegalStateException.class, usage::exit);
        assertFalse(usage.tryEnterAlone());
    }

    @Test
    void closeFromInsideDoesNotWait() {
        usage.enterAlone();
        usage.enterAlone();
        usage.close();
        assertEquals(0, freed.get());
        usage.exit();
        assertEquals(0, freed.get());
        usage.exit();
        assertEquals(1, freed.get());
    }

    @Test
    void enterAloneExcludesOtherThreads() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                ends.add(threads.submit(() -> {
                    for (int j = 0; j < 200; j++) {
                        usage.enterAlone();
                        assertEquals(1, inside.incrementAndGet());
                        assertEquals(0, inside.decrementAndGet());
                        usage.exit();
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }
    }

    @Test
    void memoryIsFreedOnceAfterTheLastExit() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            AtomicInteger count = new AtomicInteger();
            AtomicInteger inside = new AtomicInteger();
            Usage each = new Usage("it", () -> {
                assertEquals(0, inside.get());
                count.incrementAndGet();
            });
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                List<Future<?>> ends = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    int closing = random.nextInt(40);
                    boolean alone = random.nextBoolean();
                    ends.add(threads.submit(() -> use(each, inside, alone, closing)));
                }
                for (Future<?> end : ends) {
                    end.get();
                }
            }
            assertEquals(1, count.get());
        }
    }

    private static void use(Usage usage, AtomicInteger inside, boolean alone, int closing) {
        for (int i = 0; i < 40; i++) {
            try {
                if (alone) {
                    usage.enterAlone();
                } else {
                    usage.enter();
                }
            } catch (IllegalStateException e) {
                usage.close();
                return;
            }
            inside.incrementAndGet();
            if (i == closing && alone) {
                usage.close();
            }
            inside.decrementAndGet();
            usage.exit();
            if (i == closing) {
                usage.close();
            }
        }
        usage.close();
    }
}
