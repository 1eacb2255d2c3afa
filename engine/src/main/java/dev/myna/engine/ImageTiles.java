// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;

/**
 * How many tiles an image may be cut into, for models that cut images into tiles of one size. Fewer tiles take less time and fewer
 * positions of the context, and show less detail.
 *
 * @param most 0 for what the model says, otherwise 1 to {@link #LARGEST}; an overview of the whole image does not count, and at 1 an image
 *     is one tile
 * @param crops whether models that crop long images on demand do so (Gemma 3's pan and scan)
 */
public record ImageTiles(int most, boolean crops) {
    /** Tiles of an image at most. */
    public static final int LARGEST = 256;

    /** What the model says, without crops. */
    public static final ImageTiles STANDARD = new ImageTiles(0, false);

    /** @throws RequestException if the number is out of its bounds */
    public ImageTiles {
        Bounds.check(most >= 0 && most <= LARGEST, "tiles of an image", "0 (what the model says) to " + LARGEST, most);
    }
}
