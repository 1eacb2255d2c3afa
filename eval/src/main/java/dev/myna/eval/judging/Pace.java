// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import java.time.Duration;

/** When the next request may start: at most so many a minute, and none while the endpoint asked to wait. For many threads. */
final class Pace {
    private final long gapNanos;
    private long next = System.nanoTime();

    /** @param perMinute requests; 0 for any number */
    Pace(int perMinute) {
        this.gapNanos = perMinute == 0 ? 0 : Duration.ofMinutes(1).toNanos() / perMinute;
    }

    /** Waits until a request may start, and takes its place. */
    void await() throws InterruptedException {
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            long start = next - now > 0 ? next : now;
            next = start + gapNanos;
            wait = start - now;
        }
        if (wait > 0) {
            Thread.sleep(Duration.ofNanos(wait));
        }
    }

    /** Lets no further request start for a while. */
    synchronized void hold(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        if (until - next > 0) {
            next = until;
        }
    }
}
