// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed team of threads that split a task into contiguous bands. The calling thread works as member 0; the others are
 * daemons that spin for a moment after each task, because the next one usually follows within microseconds, and then park.
 * Calls from several threads take turns.
 *
 * <p>The spin budget is the property {@code myna.spin.micros} (default 50; 0 parks at once). When the team has more members
 * than the machine has processors, spinning gives way to other threads.
 */
final class WorkerTeam implements AutoCloseable {
    /** Below this much work, in element operations, waking the team costs more than it gains. */
    private static final long SMALL_WORK = 1 << 15;

    private static final int SPINS_PER_CLOCK_READ = 32;

    private final Scratch[] scratch;
    private final Worker[] workers;
    private final long spinNanos;
    private final boolean crowded;

    private final ReentrantLock turn = new ReentrantLock();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile Thread waiter;
    // Written before phase and read after it: the volatile phase publishes them.
    private Bands task;
    private int units;
    private boolean closed;
    private volatile int phase;

    /** A task, called once per member with its own band. */
    interface Bands {
        /** Does units {@code from} (inclusive) to {@code to} (exclusive). */
        void run(int from, int to, Scratch scratch);
    }

    /** A team of {@code threads} members, the caller included. */
    WorkerTeam(int threads) {
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

    /** Members, the caller included. */
    int size() {
        return scratch.length;
    }

    /**
     * Runs {@code bands} over {@code units} units and returns when all are done. What a member throws is thrown here, after
     * the others have finished their bands.
     *
     * @param work total cost in element operations, to tell whether waking the team pays
     * @throws IllegalStateException if the team is closed
     */
    void run(int units, long work, Bands bands) {
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the device is closed");
            }
            if (workers.length == 0 || units <= 1 || work < SMALL_WORK) {
                bands.run(0, units, scratch[0]);
            } else {
                dispatch(units, bands);
            }
        } finally {
            turn.unlock();
        }
    }

    private void dispatch(int units, Bands bands) {
        task = bands;
        this.units = units;
        unfinished.set(workers.length);
        wake();
        runBand(0);
        awaitWorkers();
        task = null;
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

    private void runBand(int member) {
        int from = (int) ((long) units * member / size());
        int to = (int) ((long) units * (member + 1) / size());
        if (from == to) {
            return;
        }
        try {
            task.run(from, to, scratch[member]);
        } catch (Throwable t) {
            if (!failure.compareAndSet(null, t) && failure.get() != t) {
                failure.get().addSuppressed(t);
            }
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
        turn.lock();
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
            turn.unlock();
        }
    }

    private final class Worker extends Thread {
        private final int member;
        private volatile boolean parked;

        Worker(int member) {
            super("myna-worker-" + member);
            this.member = member;
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
                runBand(member);
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
