// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.loaders.image.RgbImage;
import java.util.List;

/** Tiles in, projected rows out: normalisation, tower and projector. Immutable and thread-safe. */
public interface TileEncoder {

    /** Elements per output row; must equal what the decoder takes. */
    int width();

    /** How often layers run for an image of so many tiles. */
    default int passes(int tiles) {
        return 1;
    }

    /**
     * Encodes the tiles of one image.
     *
     * @param tiles as the family's tiling cuts them, at least one
     * @param checkpoint is called between the steps
     * @return the rows of all tiles in their order, [rows, {@link #width}]
     */
    float[] encode(List<RgbImage> tiles, Checkpoint checkpoint);
}
