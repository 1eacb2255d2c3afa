// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * The work that decoding one image may do. A codec calls {@link #spend} before it works, at least once for every row of
 * blocks; one unit is about the work on one sample (a byte of one colour channel). Not thread-safe.
 */
public final class WorkBudget {
    private final long deadline;
    private long left;

    /**
     * @param units how much work the file's bytes and its declared size justify
     * @param nanoseconds the time until decoding must have ended
     */
    public WorkBudget(long units, long nanoseconds) {
        left = units;
        deadline = System.nanoTime() + nanoseconds;
    }

    /**
     * Takes {@code units} from the budget.
     *
     * @throws WorkLimitException if nothing is left, or the deadline has passed
     * @throws InterruptedIOException if the thread was interrupted; its interrupt status stays set
     */
    public void spend(long units) throws IOException {
        left -= units;
        if (left < 0) {
            throw new WorkLimitException(
                    "the file asks for more work than an image of its size needs; save the image again");
        }
        if (System.nanoTime() - deadline > 0) {
            throw new WorkLimitException("decoding took too long; scale the image down or save it again");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("decoding was interrupted");
        }
    }
}
