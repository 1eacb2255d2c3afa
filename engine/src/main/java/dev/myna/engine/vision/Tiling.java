// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ImageTokens;
import java.util.Optional;

/** How images of any size become square tiles for a tower. Immutable and thread-safe. */
public interface Tiling {

    /** What becomes of an image of this size, in pixels. */
    ImageLayout layout(int width, int height, ImageMode mode);

    /**
     * This tiling with at most so many tiles of detail; an overview of the whole image does not count. At 1, an image is one tile.
     *
     * @param tiles at least 1
     * @return empty if the number of tiles is always the same
     */
    default Optional<Tiling> limited(int tiles) {
        return Optional.empty();
    }

    /**
     * This tiling with other bounds of an image's positions.
     *
     * @param tokens with numbers
     * @return empty if positions do not follow the image's size
     */
    default Optional<Tiling> within(ImageTokens tokens) {
        return Optional.empty();
    }

    /** How the images of a prompt with several images are cut: as single ones, unless the published code does otherwise. */
    default Tiling amongOthers() {
        return this;
    }

    /** This tiling with the crops that its family makes on demand, or empty if it makes none. */
    default Optional<Tiling> withCrops() {
        return Optional.empty();
    }

    /** The largest number of tiles of an image. */
    int maxTiles();

    /** Decoder rows of every image in {@link ImageMode#AUTO}, or empty if they depend on the image's size. */
    Optional<Integer> fixedRows();

    /** For people: how many positions an image takes, and why. */
    String description();
}
