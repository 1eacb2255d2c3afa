// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.myna.kernels.Cancellation;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every unit is done exactly once, whatever the number of members, callers and failures. */
@Timeout(60)
class WorkerTeamTest {
    private static final long MUCH_WORK = Long.MAX_VALUE;

    private static void run(WorkerTeam team, int units, long workPerUnit, WorkerTeam.Task task) {
        try (WorkerTeam.Turn turn = team.turn()) {
            turn.run(units, workPerUnit, task);
        }
    }

    /** With far more members than processors, too. */
    @Test
    void everyUnitIsDoneOnce() {
        for (int threads : new int[] {1, 2, 3, 8, 64}) {
            try (WorkerTeam team = new WorkerTeam(threads)) {
                for (int units : new int[] {1, 2, 3, 7, 8, 9, 100}) {
                    int[] once = new int[units];
                    Arrays.fill(once, 1);
                    int[] done = new int[units];
                    WorkerTeam.Task count = (from, to, scratch) -> {
                        for (int i = from; i < to; i++) {
                            done[i]++;
                        }
                    };
                    try (WorkerTeam.Turn turn = team.turn()) {
                        turn.run(units, MUCH_WORK, count);
                        assertArrayEquals(once, done);
                        Arrays.fill(done, 0);
                        turn.runUneven(units, MUCH_WORK, count);
                        assertArrayEquals(once, done);
                    }
                }
            }
        }
    }

    /** Of a hundred pieces, only those that threads were at are done after the caller's check has thrown. */
    @Test
    void aCheckEndsATaskAfterThePiecesThatRun() {
        int units = 100;
        for (int threads : new int[] {1, 2, 3}) {
            try (WorkerTeam team = new WorkerTeam(threads)) {
                for (boolean uneven : new boolean[] {false, true}) {
                    AtomicInteger done = new AtomicInteger();
                    AtomicInteger atTheRequest = new AtomicInteger();
                    AtomicInteger asked = new AtomicInteger();
                    Runnable before = Cancellation.begin(() -> {
                        // The first question is that of the turn.
                        if (asked.incrementAndGet() == 3) {
                            atTheRequest.set(done.get());
                            throw new CancellationException("enough");
                        }
                    });
                    try (WorkerTeam.Turn turn = team.turn()) {
                        WorkerTeam.Task task = (from, to, scratch) -> {
                            LockSupport.parkNanos(2_000_000);
                            done.addAndGet(to - from);
                        };
                        CancellationException thrown = assertThrows(CancellationException.class, () -> {
                            if (uneven) {
                                turn.runUneven(units, WorkerTeam.PIECE, task);
                            } else {
                                turn.run(units, WorkerTeam.PIECE, task);
                            }
                        });
                        assertEquals("enough", thrown.getMessage());
                    } finally {
                        Cancellation.end(before);
                    }
                    assertEquals(3, asked.get());
                    int after = done.get() - atTheRequest.get();
                    assertTrue(atTheRequest.get() >= 2, atTheRequest + " units before");
                    assertTrue(after < 2 * threads, after + " units after, with " + threads + " threads");
                    // The team works on.
                    run(team, units, MUCH_WORK, (from, to, scratch) -> done.addAndGet(to - from));
                    assertEquals(atTheRequest.get() + after + units, done.get());
                }
            }
        }
    }

    /** Whoever waits for its turn is asked, too, and an interrupt that the check does not mind stays. */
    @Test
    void aCheckEndsTheWaitForATurn() throws InterruptedException {
        try (WorkerTeam team = new WorkerTeam(1)) {
            AtomicInteger asked = new AtomicInteger();
            AtomicBoolean interrupted = new AtomicBoolean();
            Thread waiting;
            try (WorkerTeam.Turn held = team.turn()) {
                waiting = Thread.ofPlatform().start(() -> {
                    Cancellation.begin(() -> {
                        if (asked.incrementAndGet() == 5) {
                            throw new CancellationException();
                        }
                    });
                    Thread.currentThread().interrupt();
                    assertThrows(CancellationException.class, team::turn);
                    interrupted.set(Thread.interrupted());
                });
                waiting.join();
            }
            assertEquals(5, asked.get());
            assertTrue(interrupted.get());
        }
    }

    @Test
    void noUnitsMeanNoCall() {
        try (WorkerTeam team = new WorkerTeam(2)) {
            run(team, 0, MUCH_WORK, (from, to, scratch) -> {
                throw new AssertionError("called for units " + from + " to " + to);
            });
        }
    }

    @Test
    void survivesManyDispatches() {
        for (long spinNanos : new long[] {0, 20_000}) {
            try (WorkerTeam team = new WorkerTeam(3, spinNanos)) {
                AtomicLong sum = new AtomicLong();
                for (int i = 0; i < 5_000; i++) {
                    run(team, 3, MUCH_WORK, (from, to, scratch) -> sum.addAndGet(to - from));
                }
                assertEquals(15_000, sum.get());
            }
        }
    }

    @Test
    void twoCallersTakeTurns() {
        try (WorkerTeam team = new WorkerTeam(3)) {
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            Runnable caller = () -> {
                for (int i = 0; i < 500; i++) {
                    run(team, 3, MUCH_WORK, (from, to, scratch) -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                    });
                }
            };
            CompletableFuture.allOf(CompletableFuture.runAsync(caller), CompletableFuture.runAsync(caller))
                    .join();
            assertFalse(most.get() > 3, "more bands at once than members");
        }
    }

    @Test
    void exceptionsReachTheCaller() {
        try (WorkerTeam team = new WorkerTeam(4)) {
            for (int failing = 0; failing < 4; failing++) {
                int unit = failing;
                IllegalStateException thrown = new IllegalStateException("unit " + failing);
                AtomicInteger others = new AtomicInteger();
                assertSame(
                        thrown,
                        assertThrows(
                                IllegalStateException.class,
                                () -> run(team, 4, MUCH_WORK, (from, to, scratch) -> {
                                    if (from == unit) {
                                        throw thrown;
                                    }
                                    others.incrementAndGet();
                                })));
                assertEquals(3, others.get());
            }
            run(team, 4, MUCH_WORK, (from, to, scratch) -> {});
        }
    }

    @Test
    void interruptedCallerStillWaits() {
        try (WorkerTeam team = new WorkerTeam(2, 0)) {
            AtomicInteger done = new AtomicInteger();
            Thread.currentThread().interrupt();
            run(team, 2, MUCH_WORK, (from, to, scratch) -> {
                long end = System.nanoTime() + 5_000_000;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                done.incrementAndGet();
            });
            assertEquals(2, done.get());
            assertEquals(true, Thread.interrupted());
        }
    }

    @Test
    void closeEndsTheThreads() {
        WorkerTeam team = new WorkerTeam(3);
        Thread[] seen = new Thread[3];
        run(team, 3, MUCH_WORK, (from, to, scratch) -> seen[from] = Thread.currentThread());
        team.close();
        team.close();
        for (Thread thread : seen) {
            assertFalse(thread != Thread.currentThread() && thread.isAlive());
        }
        assertThrows(IllegalStateException.class, () -> run(team, 1, 1, (from, to, scratch) -> {}));
    }

    @Test
    void refusesZeroThreads() {
        assertThrows(IllegalArgumentException.class, () -> new WorkerTeam(0));
    }
}
