// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and termination: stops what is running, lets the main thread end its line, and leaves the exit code to the JVM
 * (130 for INT, 143 for TERM).
 */
public final class Interruption {
    private static final int PATIENCE_SECONDS = 2;

    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Running current;
    private volatile boolean requested;

    /** @param patienceSeconds how long it may take to stop */
    private record Running(Runnable stop, int patienceSeconds) {}

    /** Registers with the JVM. */
    public void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "myna-interruption"));
    }

    /** Declares how to stop what is running now, such as an answer; null when it has ended. */
    public void watch(Runnable stop) {
        // Bounded: a vision tower in mid-image must not hold the user at the terminal.
        watch(stop, PATIENCE_SECONDS);
    }

    /** The same for work that must clean up, which may take up to {@code patienceSeconds}. */
    public void watch(Runnable stop, int patienceSeconds) {
        current = stop == null ? null : new Running(stop, patienceSeconds);
        if (requested && stop != null) {
            stop.run();
        }
    }

    /** Tells a waiting hook that everything has been written. */
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
            boolean ignored = done.await(running.patienceSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
