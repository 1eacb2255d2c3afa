// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

/** Waiting for threads to end. */
final class Threads {
    private Threads() {}

    /** Waits until a thread has ended, whatever interrupts the wait. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
