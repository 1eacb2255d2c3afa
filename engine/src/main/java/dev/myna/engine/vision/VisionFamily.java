// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.prompt.NamedFormat;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A family of vision files: which files are its own, what they say, and how an image becomes decoder rows. An image goes through
 * {@link #tiling} and {@link #encoder}, and then the tiling arranges the rows. Stateless.
 *
 * <p>Methods that read a file throw {@link dev.myna.engine.error.ModelException} if its values contradict each other, and
 * {@link dev.myna.loaders.gguf.GgufException} if a key or tensor is missing or has another type or shape.
 */
public interface VisionFamily {

    /** The family, for people. */
    String name();

    /** The {@code clip.projector_type} of its files. */
    String projectorType();

    /** Whether a file with this projector type is its own. The first family of the list that says so gets the file. */
    default boolean owns(GgufFile file) {
        return true;
    }

    /** Reads and checks the hyper-parameters of one of its files. */
    VisionConfig config(GgufFile file);

    /** How images are cut into tiles, and how the rows of the tiles are arranged. */
    Tiling tiling(GgufFile file, VisionConfig config);

    /** Loads what turns tiles into projected rows: normalisation, tower and projector. */
    TileEncoder encoder(GgufFile file, VisionConfig config, Device device);

    /**
     * Bytes of activations that the largest image takes, roughly: five rows of the tower's width and one of its feed-forward block for each
     * row, the features, what a device arranges for its widest matmul, and pixels: bytes of all tiles, floats of those that are computed
     * together.
     */
    default double imageBytes(GgufFile file, VisionConfig config, Tiling tiling) {
        double tiles = tiling.maxTiles();
        double widest = Math.max(config.width(), config.feedForward());
        double rows = Math.min(tiles * config.towerRows(), SquareTileEncoder.MOST_ROWS + config.towerRows());
        double pixels = 3.0 * config.imageSize() * config.imageSize();
        double together = Math.min(tiles, rows / config.towerRows());
        return tiles * pixels
                + Float.BYTES * (rows * (6.0 * config.width() + config.feedForward() + widest) + together * pixels);
    }

    /**
     * Loads what makes rows depend on the prompt's text.
     *
     * @param width elements of a decoder row
     * @return null if rows depend on the image alone
     */
    default TextGuide textGuide(GgufFile file, int width, Device device) {
        return null;
    }

    /**
     * Elements of the decoder rows of a file, as the shape of its projector's last tensor says.
     *
     * @return empty if that is missing
     */
    OptionalLong rowWidth(GgufFile file);

    /** A {@link #rowWidth} that is the length of this tensor: the bias of a projector's last matrix. */
    static OptionalLong lengthOf(GgufFile file, String tensor) {
        Tensor bias = file.tensors().get(tensor);
        return bias == null ? OptionalLong.empty() : OptionalLong.of(bias.elements());
    }

    /**
     * How conversations were written in the training of these models, for decoder files whose template does not say; null if the
     * decoder's vocabulary tells.
     */
    default NamedFormat promptFormat(GgufMetadata metadata) {
        return null;
    }

    /** Whether a key or a tensor that nothing has read changes no result of this file. */
    default boolean isNeutral(String name, GgufMetadata metadata) {
        // How rows of tiles are merged: there is only one tile.
        return name.equals("clip.vision.mm_patch_merge_type");
    }

    /** Facts of a model card beyond tower and projector: name to text. */
    default Map<String, String> facts(GgufMetadata metadata) {
        return Map.of();
    }
}
