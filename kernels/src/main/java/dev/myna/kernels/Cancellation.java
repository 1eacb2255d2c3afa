// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * Ends operations of a device in their middle. A check belongs to a thread, as an interrupt does: operations that the thread calls ask
 * its check between pieces of their work, on a CPU every few milliseconds, on an OpenCL device between kernels. What the check throws
 * ends the operation; the contents of its outputs are then undefined.
 *
 * {@snippet :
 * Runnable before = Cancellation.begin(check);
 * try {
 *     device.matmul(linear, in, out, n);
 * } finally {
 *     Cancellation.end(before);
 * }
 * }
 *
 * <p>Nothing is allocated after a thread's first call.
 */
public final class Cancellation {
    private static final ThreadLocal<Runnable> CHECK = new ThreadLocal<>();

    private Cancellation() {}

    /**
     * Sets the check of this thread.
     *
     * @param check throws to end the operation; called often, and between any two steps
     * @return the check until now, or null, for {@link #end}
     */
    public static Runnable begin(Runnable check) {
        Runnable before = CHECK.get();
        CHECK.set(check);
        return before;
    }

    /** Restores what {@link #begin} has returned. */
    public static void end(Runnable before) {
        CHECK.set(before);
    }

    /** The check of this thread, or null if nothing asks. */
    public static Runnable check() {
        return CHECK.get();
    }

    /** Calls the check of this thread, if there is one. */
    public static void ask() {
        Runnable check = CHECK.get();
        if (check != null) {
            check.run();
        }
    }
}
