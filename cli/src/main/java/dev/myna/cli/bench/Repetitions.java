// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * How often a test is measured, and whether it is warmed up. A warm-up repeats the test for {@value #WARM_UP_SECONDS} seconds, so that
 * the JVM compiles the code.
 *
 * @param count measured runs, at least 1
 * @param warmUp whether unmeasured runs come first
 */
record Repetitions(int count, boolean warmUp) {
    private static final int WARM_UP_SECONDS = 3;

    /** A test. Its reset is not measured. */
    interface Run {
        void run();

        default void reset() {}
    }

    /** Warms up by whole runs, then measures. */
    Measured measure(Run run) {
        long deadline = warmUpDeadline();
        while (System.nanoTime() < deadline) {
            run.reset();
            run.run();
        }
        return times(run);
    }

    /** The end of a warm-up that begins now; now if there is none. */
    long warmUpDeadline() {
        return System.nanoTime() + (warmUp ? WARM_UP_SECONDS * 1_000_000_000L : 0);
    }

    /** Measures without warming up. */
    Measured times(Run run) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] nanos = new long[count];
        long allocated = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            run.reset();
            long before = threads.getTotalThreadAllocatedBytes();
            long start = System.nanoTime();
            run.run();
            nanos[i] = System.nanoTime() - start;
            allocated = Math.min(allocated, threads.getTotalThreadAllocatedBytes() - before);
        }
        return new Measured(nanos, allocated);
    }
}
