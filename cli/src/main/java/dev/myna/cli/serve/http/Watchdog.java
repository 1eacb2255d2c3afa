// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts threads that are held up by a client for too long. Interrupting a thread that uses a socket closes the socket. */
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

    /** A piece of work of the current thread that must end in time; closing says that it has. */
    final class Limit implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        private final Future<?> pending;
        private boolean over;

        private Limit(Duration most) {
            pending = timer.schedule(this::interrupt, most.toNanos(), TimeUnit.NANOSECONDS);
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

    /** The current thread is interrupted unless the result is closed in time. */
    Limit limit(Duration most) {
        return new Limit(most);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
