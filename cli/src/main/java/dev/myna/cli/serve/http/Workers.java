// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads requests (JSON, grammars, images, tokens) on a few platform threads, so that the virtual threads of HTTP never compute for
 * long. Interrupts work that takes too long or whose client has gone.
 */
public final class Workers implements AutoCloseable {
    /** Max. requests that wait for a thread. */
    private static final int QUEUE = 64;

    private static final Duration MAX_WAIT = Duration.ofSeconds(15);

    /** Eight images of 64 Mpixel need most of it. */
    private static final Duration MAX_WORK = Duration.ofSeconds(60);

    private final ThreadPoolExecutor threads;
    private final Duration maxWait;
    private final Duration maxWork;

    public Workers() {
        this(Math.max(2, Runtime.getRuntime().availableProcessors()) + 1, QUEUE, MAX_WAIT, MAX_WORK);
    }

    /**
     * @param queue max. waiting requests
     * @param maxWait max. time from the call until a thread takes the request
     * @param maxWork max. time from then until the request has been read
     */
    public Workers(int count, int queue, Duration maxWait, Duration maxWork) {
        this.maxWait = maxWait;
        this.maxWork = maxWork;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                count,
                count,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queue),
                task -> Thread.ofPlatform()
                        .name("myna-worker-" + number.incrementAndGet())
                        .daemon()
                        .unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /** A request that has been read. Its last owner closes it. */
    public interface Prepared extends AutoCloseable {
        @Override
        void close();
    }

    /** A piece of work. Its result is either taken or closed. */
    private static final class Job<T extends Prepared> implements Runnable {
        private final Callable<T> work;

        // Guarded by this.
        private Thread runner;
        private T result;
        private Throwable failure;
        private boolean taken;
        private boolean done;
        private boolean abandoned;

        Job(Callable<T> work) {
            this.work = work;
        }

        @Override
        public void run() {
            synchronized (this) {
                if (abandoned) {
                    return;
                }
                taken = true;
                runner = Thread.currentThread();
                notifyAll();
            }
            T made = null;
            Throwable problem = null;
            try {
                made = work.call();
            } catch (Throwable e) {
                problem = e;
            }
            T unwanted;
            synchronized (this) {
                runner = null;
                result = made;
                failure = problem;
                done = true;
                unwanted = abandoned ? takeResult() : null;
                notifyAll();
            }
            // A late interrupt must not reach the next job.
            Thread.interrupted();
            if (unwanted != null) {
                unwanted.close();
            }
        }

        private T takeResult() {
            T owned = result;
            result = null;
            return owned;
        }

        void abandon() {
            T unwanted;
            synchronized (this) {
                abandoned = true;
                if (runner != null) {
                    runner.interrupt();
                }
                unwanted = takeResult();
                notifyAll();
            }
            if (unwanted != null) {
                unwanted.close();
            }
        }

        /** Waits until a thread has taken the job, or it is abandoned; returns false after {@code maxWait}. */
        synchronized boolean awaitTaken(Duration maxWait) throws InterruptedException {
            return await(true, maxWait);
        }

        /** Waits until the job is done or abandoned; returns false after {@code maxWork}. */
        synchronized boolean awaitDone(Duration maxWork) throws InterruptedException {
            return await(false, maxWork);
        }

        private boolean await(boolean untilTaken, Duration max) throws InterruptedException {
            long limit = System.nanoTime() + max.toNanos();
            while (!(done || abandoned || untilTaken && taken)) {
                long left = limit - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        }

        /** Returns null if it was abandoned. */
        synchronized T take() throws Throwable {
            if (failure != null && !abandoned) {
                throw failure;
            }
            return takeResult();
        }
    }

    /**
     * Does a piece of work for a request whose body has been read, and waits for it.
     *
     * @return the result, which the caller must close
     * @throws ApiException from the work; 429 if too many requests wait, 503 if it takes too long
     * @throws IOException if the client leaves
     */
    public <T extends Prepared> T call(Exchange exchange, Callable<T> work) throws IOException {
        Job<T> job = new Job<>(work);
        boolean over = false;
        try {
            threads.execute(job);
            exchange.watch();
            exchange.whenGone(job::abandon);
            if (!job.awaitTaken(maxWait)) {
                throw ApiException.busy("too many requests are being read: try again later");
            }
            if (!job.awaitDone(maxWork)) {
                throw ApiException.unavailable(
                        "request_too_slow", 5, "reading this request takes too long: send a smaller one, or try again");
            }
            T result = job.take();
            if (result == null) {
                throw new IOException("the client has gone");
            }
            over = true;
            return result;
        } catch (RejectedExecutionException e) {
            throw threads.isShutdown()
                    ? ClientErrors.shuttingDown()
                    : ApiException.busy("too many requests are being read: try again later");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        } finally {
            if (!over) {
                job.abandon();
                threads.remove(job);
            }
        }
    }

    /** Pieces of work that wait for a thread. */
    int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
