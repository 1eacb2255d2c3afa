// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.machine;

import dev.myna.kernels.Cancellation;
import java.util.concurrent.TimeUnit;
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

    /**
     * Work of a thread, in element operations, between two questions whether it is still wanted: 2 ms of machine code, a seventh of a
     * second of the scalar form.
     */
    static final long PIECE = 1L << 27;

    private static final int SPINS_PER_CLOCK_READ = 32;

    private static final long WAIT_MILLIS = 20;

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
    /** Units between two looks at {@link #cancelled}; all of them where nothing asks. */
    private int piece;

    private boolean closed;
    private volatile int phase;

    /** The task is to end early: the caller's check has thrown. */
    private volatile boolean cancelled;

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
     * Waits until the team is free and takes it; every turn must be closed by the thread that took it. Asks the thread's {@link
     * Cancellation}, also while it waits.
     *
     * @throws IllegalStateException if the team is closed
     */
    public Turn turn() {
        Runnable check = Cancellation.check();
        if (check == null) {
            lock.lock();
        } else {
            check.run();
            lock(check);
        }
        if (closed) {
            lock.unlock();
            throw new IllegalStateException("the device is closed");
        }
        return turn;
    }

    /** An interrupt does not end the wait by itself: the check may. */
    private void lock(Runnable check) {
        boolean interrupted = false;
        try {
            while (!lock.tryLock()) {
                try {
                    if (lock.tryLock(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                    Thread.currentThread().interrupt();
                    check.run();
                    boolean ignored = Thread.interrupted();
                }
                check.run();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The right to run tasks. There is one per team, handed from caller to caller. */
    public final class Turn implements AutoCloseable {
        private Turn() {}

        /**
         * Runs {@code units} units in contiguous bands, one per thread, and returns when all are done. What a thread throws
         * is thrown here, after the others have finished, and so is what the {@link Cancellation} of the calling thread throws: then
         * only some of the units were done.
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
            int piece =
                    Cancellation.check() == null ? units : (int) Math.clamp(PIECE / Math.max(1, workPerUnit), 1, units);
            if (workers.length == 0 || units == 1 || workPerUnit < SMALL_WORK / units) {
                for (int from = 0; from < units; from += piece) {
                    if (from > 0) {
                        Cancellation.ask();
                    }
                    task.run(from, Math.min(units - piece, from) + piece, scratch[0]);
                }
            } else {
                dispatch(units, piece, task, uneven);
            }
        }

        @Override
        public void close() {
            lock.unlock();
        }
    }

    private void dispatch(int units, int piece, Task task, boolean uneven) {
        this.task = task;
        this.units = units;
        this.piece = piece;
        cancelled = false;
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
            cancelled = true;
            if (!failure.compareAndSet(null, t) && failure.get() != t) {
                failure.get().addSuppressed(t);
            }
        }
    }

    private void runBand(int index) {
        int from = (int) ((long) units * index / size());
        int to = (int) ((long) units * (index + 1) / size());
        int done = from;
        while (done < to && (done == from || wanted(index))) {
            int end = Math.min(to - done, piece) + done;
            task.run(done, end, scratch[index]);
            done = end;
        }
    }

    private void runClaims(int index) {
        int sinceAsked = 0;
        for (int unit = claimed.getAndIncrement(); unit < units; unit = claimed.getAndIncrement()) {
            if (sinceAsked == piece) {
                if (!wanted(index)) {
                    return;
                }
                sinceAsked = 0;
            }
            task.run(unit, unit + 1, scratch[index]);
            sinceAsked++;
        }
    }

    /** Whether a thread is to go on. The caller, which is thread 0, asks its check, which throws if not. */
    private boolean wanted(int index) {
        if (index == 0) {
            Cancellation.ask();
        }
        return !cancelled;
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
