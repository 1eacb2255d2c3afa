// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.Generation;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and termination: stops the running answer, lets the main thread end its line, and leaves the exit code to the JVM
 * (130 for INT, 143 for TERM).
 */
final class Interruption {
    private static final int PATIENCE_SECONDS = 2;

    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Generation current;
    private volatile boolean requested;

    /** Registers with the JVM. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "myna-interruption"));
    }

    /** Declares the answer that is to be stopped; null when it has ended. */
    void watch(Generation generation) {
        current = generation;
        if (requested && generation != null) {
            generation.close();
        }
    }

    /** Tells a waiting hook that everything has been written. */
    void finished() {
        done.countDown();
    }

    private void stop() {
        requested = true;
        Generation generation = current;
        if (generation == null || done.getCount() == 0) {
            return;
        }
        generation.close();
        try {
            // Bounded: a vision tower in mid-picture must not hold the user at the terminal.
            boolean ignored = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
