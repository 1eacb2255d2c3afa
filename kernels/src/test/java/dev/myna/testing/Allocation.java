// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

/** Heap allocated so far by the calling thread. */
public final class Allocation {
    private Allocation() {}

    /** Looked up by name because tests are compiled as part of a module that has no use for java.management. */
    public static long bytes() {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            return (Long) Class.forName("com.sun.management.ThreadMXBean")
                    .getMethod("getCurrentThreadAllocatedBytes")
                    .invoke(threads);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
