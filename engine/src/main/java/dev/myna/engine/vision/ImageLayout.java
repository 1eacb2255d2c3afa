// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ImagePlan;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.loaders.image.RgbImage;
import java.util.List;
import java.util.Optional;

/** What becomes of an image of one size. Immutable. */
public interface ImageLayout {

    /** Decoder rows of the image. */
    int rows();

    /** What a prompt holds in the place of the image; all rows, without text, unless a family has markers for tiles. */
    default ImagePlace place() {
        return ImagePlace.ofRows(rows());
    }

    /** The grid whose places the rows are, for decoders that count positions by row and column; empty if rows count like text. */
    default Optional<ImageGrid> grid() {
        return Optional.empty();
    }

    /**
     * Makes the tower's tiles.
     *
     * @param image of the size that the layout is for
     * @param checkpoint is called between the steps
     * @return square images of the tower's input size
     */
    List<RgbImage> cut(RgbImage image, Checkpoint checkpoint);

    /**
     * Puts the projected rows of all tiles in the decoder's order.
     *
     * @param projected [tiles x rows of a tile, width]
     * @param newline the learned vector that ends a row of patches, [width], or null if the model has none
     * @return [{@link #rows}, width]
     */
    float[] arrange(float[] projected, float[] newline);

    /** The canvas and its tiles; empty if the image is one tile. */
    default Optional<ImagePlan> plan() {
        return Optional.empty();
    }
}
