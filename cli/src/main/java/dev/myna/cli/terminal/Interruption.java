// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and termination: stops the running work and lets the main thread end its line. The JVM sets the exit code (130 for INT, 143
 * for TERM).
 */
public final class Interruption {
    private static final int MAX_SECONDS = 2;

    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Running current;
    private volatile boolean requested;

    /** @param maxSeconds max. time to stop */
    private record Running(Runnable stop, int maxSeconds) {}

    /** Registers with the JVM. */
    public void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "myna-interruption"));
    }

    /** Sets how to stop the running work, such as an answer; null when it has ended. */
    public void watch(Runnable stop) {
        // Bounded: the user must not wait for a vision tower in the middle of an image.
        watch(stop, MAX_SECONDS);
    }

    /** The same for work that cleans up, which takes up to {@code maxSeconds}. */
    public void watch(Runnable stop, int maxSeconds) {
        current = stop == null ? null : new Running(stop, maxSeconds);
        if (requested && stop != null) {
            stop.run();
        }
    }

    /** Tells the shutdown hook that all output has been written. */
    public void finished() {
        done.countDown();
    }

    private void stop() {
        requested = true;
        Running running = current;
        if (running == null || done.getCount() == 0) {
            return;
        }
        running.stop().run();
        try {
            boolean ignored = done.await(running.maxSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
