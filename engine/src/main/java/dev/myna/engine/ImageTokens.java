// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

/**
 * How many positions of the context an image may take, for models whose images keep their size: smaller images are enlarged to {@code min},
 * larger ones reduced to {@code max}, both roughly, because positions fill a rectangle.
 *
 * @param min 0 for what the model says, otherwise at least 1
 * @param max 0 for what the model says but at most {@link #STANDARD_MAX}, otherwise {@code min} to {@link #MOST}
 */
public record ImageTokens(int min, int max) {
    /**
     * Positions that an image may take unless the caller says otherwise: about 800 x 1000 pixels. The work of a vision tower grows
     * with the positions, and on a CPU it is most of the time to the first word.
     */
    public static final int STANDARD_MAX = 1024;

    /** Positions that an image may take at most. */
    public static final int MOST = 16384;

    /** What the model says, but at most {@link #STANDARD_MAX}. */
    public static final ImageTokens STANDARD = new ImageTokens(0, 0);

    /** @throws dev.myna.engine.error.RequestException if the numbers are out of their bounds */
    public ImageTokens {
        if (min != 0 || max != 0) {
            Bounds.check(min >= 1 && min <= MOST, "the least tokens of an image", "1 to " + MOST, min);
            Bounds.check(max >= min && max <= MOST, "the most tokens of an image", min + " to " + MOST, max);
        }
    }

    /** Whether the caller says the numbers. */
    public boolean isGiven() {
        return max != 0;
    }
}
