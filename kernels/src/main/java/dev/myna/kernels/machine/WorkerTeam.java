// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.machine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed team of threads that share the units of a task. The calling thread works as thread 0; the others are daemons that
 * spin for a moment after each task, because the next one usually follows within microseconds, and then park.
 *
 * <p>Callers take turns. Whoever has the {@link Turn} may also write to the tasks it is about to run, so an owner of the
 * team keeps one task object per operation, sets its fields within a turn, and nothing is allocated:
 *
 * {@snippet :
 * try (WorkerTeam.Turn turn = team.turn()) {
 *     norm.in = in;
 *     turn.run(rows, width, norm);
 * }
 * }
 *
 * <p>The spin budget is the property {@code myna.spin.micros} (default 50; 0 parks at once). When the team has more threads
 * than the machine has processors, spinning gives way to other threads.
 */
public final class WorkerTeam implements AutoCloseable {
    /** Below this much work, in element operations, waking the team costs more than it gains. */
    private static final long SMALL_WORK = 1 << 15;

    private static final int SPINS_PER_CLOCK_READ = 32;

    private final Scratch[] scratch;
    private final Worker[] workers;
    private final long spinNanos;
    private final boolean crowded;

    private final ReentrantLock lock = new ReentrantLock();
    private final Turn turn = new Turn();
    private final AtomicInteger claimed = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile Thread waiter;
    // Written before phase and read after it: the volatile phase publishes them.
    private Task task;
    private int units;
    private boolean uneven;
    private boolean closed;
    private volatile int phase;

    /** Work that falls into numbered units, each independent of the others. */
    public interface Task {
        /** Does units {@code from} (inclusive) to {@code to} (exclusive); called by several threads at once. */
        void run(int from, int to, Scratch scratch);
    }

    /** A team of {@code threads} threads, the caller included. */
    public WorkerTeam(int threads) {
        this(threads, Long.getLong("myna.spin.micros", 50) * 1000);
    }

    WorkerTeam(int threads, long spinNanos) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        this.spinNanos = spinNanos;
        crowded = threads > Runtime.getRuntime().availableProcessors();
        scratch = new Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratch[i] = new Scratch();
        }
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    /** Threads, the caller included. */
    public int size() {
        return scratch.length;
    }

    /**
     * Waits until the team is free and takes it; every turn must be closed by the thread that took it.
     *
     * @throws IllegalStateException if the team is closed
     */
    public Turn turn() {
        lock.lock();
        if (closed) {
            lock.unlock();
            throw new IllegalStateException("the device is closed");
        }
        return turn;
    }

    /** The right to run tasks. There is one per team, handed from caller to caller. */
    public final class Turn implements AutoCloseable {
        private Turn() {}

        /**
         * Runs {@code units} units in contiguous bands, one per thread, and returns when all are done. What a thread throws
         * is thrown here, after the others have finished.
         *
         * @param workPerUnit cost in element operations, to tell whether waking the team pays
         */
        public void run(int units, long workPerUnit, Task task) {
            start(units, workPerUnit, task, false);
        }

        /** As {@link #run} for units of different cost: threads claim them one at a time, in order. */
        public void runUneven(int units, long workPerUnit, Task task) {
            start(units, workPerUnit, task, true);
        }

        private void start(int units, long workPerUnit, Task task, boolean uneven) {
            if (units <= 0) {
                return;
            }
            if (workers.length == 0 || units == 1 || workPerUnit < SMALL_WORK / units) {
                task.run(0, units, scratch[0]);
            } else {
                dispatch(units, task, uneven);
            }
        }

        @Override
        public void close() {
            lock.unlock();
        }
    }

    private void dispatch(int units, Task task, boolean uneven) {
        this.task = task;
        this.units = units;
        this.uneven = uneven;
        claimed.set(0);
        unfinished.set(workers.length);
        wake();
        work(0);
        awaitWorkers();
        this.task = null;
        Throwable thrown = failure.getAndSet(null);
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    private void wake() {
        phase++;
        for (Worker worker : workers) {
            if (worker.parked) {
                LockSupport.unpark(worker);
            }
        }
    }

    private void work(int index) {
        try {
            if (uneven) {
                runClaims(index);
            } else {
                runBand(index);
            }
        } catch (Throwable t) {
            if (!failure.compareAndSet(null, t) && failure.get() != t) {
                failure.get().addSuppressed(t);
            }
        }
    }

    private void runBand(int index) {
        int from = (int) ((long) units * index / size());
        int to = (int) ((long) units * (index + 1) / size());
        if (from < to) {
            task.run(from, to, scratch[index]);
        }
    }

    private void runClaims(int index) {
        for (int unit = claimed.getAndIncrement(); unit < units; unit = claimed.getAndIncrement()) {
            task.run(unit, unit + 1, scratch[index]);
        }
    }

    private void awaitWorkers() {
        long start = System.nanoTime();
        for (int i = 1; unfinished.get() != 0; i++) {
            if (i % SPINS_PER_CLOCK_READ == 0 && System.nanoTime() - start > spinNanos) {
                parkUntilDone();
                return;
            }
            pause();
        }
    }

    private void parkUntilDone() {
        boolean interrupted = false;
        waiter = Thread.currentThread();
        while (unfinished.get() != 0) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        waiter = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause() {
        if (crowded) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    /** Ends and joins the threads. Idempotent; waits for a running task. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            wake();
            boolean interrupted = false;
            for (Worker worker : workers) {
                while (worker.isAlive()) {
                    try {
                        worker.join();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private final class Worker extends Thread {
        private final int index;
        private volatile boolean parked;

        Worker(int index) {
            super("myna-worker-" + index);
            this.index = index;
            setDaemon(true);
        }

        @Override
        public void run() {
            int seen = 0;
            while (true) {
                awaitPhaseAfter(seen);
                seen++;
                if (closed) {
                    return;
                }
                work(index);
                if (unfinished.decrementAndGet() == 0) {
                    LockSupport.unpark(waiter);
                }
            }
        }

        private void awaitPhaseAfter(int seen) {
            long start = System.nanoTime();
            for (int i = 1; phase == seen; i++) {
                if (i % SPINS_PER_CLOCK_READ == 0 && System.nanoTime() - start > spinNanos) {
                    parked = true;
                    while (phase == seen) {
                        LockSupport.park(WorkerTeam.this);
                        Thread.interrupted();
                    }
                    parked = false;
                    return;
                }
                pause();
            }
        }
    }
}
