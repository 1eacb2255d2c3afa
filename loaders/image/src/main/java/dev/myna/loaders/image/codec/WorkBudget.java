// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * The work that decoding one image may do. A codec calls {@link #spend} before it works, at least once for every row of
 * blocks; one unit is about the work on one sample (a byte of one colour channel). Not thread-safe.
 */
public final class WorkBudget {
    /** The largest decoded image, in pixels (64 Mpixel). */
    public static final int MAX_PIXELS = 64 << 20;

    /** The largest width or height, in pixels: keeps every size computed from it within an int. */
    public static final int MAX_SIDE = 1 << 20;

    /** Work that any file may do: tables, and images of a few pixels. */
    private static final long BASE_UNITS = 16 << 20;

    /** Entropy coders work on single bits. */
    private static final long UNITS_PER_BYTE = 64;

    /** Work per pixel: three or four samples, each decoded, filtered and converted, in up to ten scans of a progressive file. */
    private static final long UNITS_PER_PIXEL = 48;

    private static final long BASE_NANOSECONDS = 20_000_000_000L;

    /** A slow processor decodes two million pixels in a second. */
    private static final long NANOSECONDS_PER_PIXEL = 500;

    /** Clock and interrupts are checked once per this many units, about 100 microseconds. */
    private static final long UNITS_PER_LOOK = 1 << 15;

    private long deadline;
    private long left;
    private long unseen = UNITS_PER_LOOK;

    /**
     * @param units how much work the file's bytes and its declared size justify
     * @param nanoseconds time limit of decoding
     */
    public WorkBudget(long units, long nanoseconds) {
        left = units;
        deadline = System.nanoTime() + nanoseconds;
    }

    /** The budget of a file of so many bytes, before its size in pixels is known. */
    public static WorkBudget ofBytes(int encodedBytes) {
        return new WorkBudget(BASE_UNITS + encodedBytes * UNITS_PER_BYTE, BASE_NANOSECONDS);
    }

    /**
     * Checks a size read from a header, before anything is allocated for it, and adds the work and the time that it justifies.
     *
     * @throws WorkLimitException if the image has no pixels or exceeds the limits
     */
    public void declare(int width, int height) throws WorkLimitException {
        requireDecodable(width, height);
        long pixels = (long) width * height;
        left += pixels * UNITS_PER_PIXEL;
        deadline += pixels * NANOSECONDS_PER_PIXEL;
    }

    /**
     * Checks a size read from a header, before anything is allocated for it.
     *
     * @throws WorkLimitException if the image has no pixels or exceeds the limits
     */
    public static void requireDecodable(long width, long height) throws WorkLimitException {
        if (width < 1 || height < 1) {
            throw new WorkLimitException(
                    "the header declares " + width + "x" + height + " pixels, nothing to see; save the image again");
        }
        if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
            throw new WorkLimitException("the header declares " + width + "x" + height + " pixels, more than "
                    + (MAX_PIXELS >> 20) + " Mpixel or than " + MAX_SIDE + " on a side; scale the image down");
        }
    }

    /**
     * Takes {@code units} from the budget.
     *
     * @throws WorkLimitException if the budget is spent, or the deadline has passed
     * @throws InterruptedIOException if the thread was interrupted; its interrupt status stays set
     */
    public void spend(long units) throws IOException {
        left -= units;
        if (left < 0) {
            throw new WorkLimitException(
                    "the file asks for more work than an image of its size needs; save the image again");
        }
        unseen += units;
        if (unseen < UNITS_PER_LOOK) {
            return;
        }
        unseen = 0;
        if (System.nanoTime() - deadline > 0) {
            throw new WorkLimitException("decoding took too long; scale the image down or save it again");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("decoding was interrupted");
        }
    }
}
