// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts threads that wait too long for a client. An interrupt closes the socket that the thread uses. */
public final class Watchdog implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer;

    public Watchdog() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "myna-watchdog");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Work of the current thread with a time limit; closing ends it. */
    final class Limit implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        private final Future<?> pending;
        private boolean over;

        private Limit(Duration max) {
            pending = timer.schedule(this::interrupt, max.toNanos(), TimeUnit.NANOSECONDS);
        }

        private synchronized void interrupt() {
            if (!over) {
                over = true;
                thread.interrupt();
            }
        }

        @Override
        public void close() {
            synchronized (this) {
                over = true;
            }
            pending.cancel(false);
        }
    }

    /** Interrupts the current thread unless the result is closed in time. */
    Limit limit(Duration max) {
        return new Limit(max);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
