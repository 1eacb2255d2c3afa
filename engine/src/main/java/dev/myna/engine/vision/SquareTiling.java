// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ImageMode;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.ModelException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.RgbImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Each image is one tile: padded to a square or cropped to one (docs/spec/models.md 4.3).
 *
 * @param rows decoder rows of an image
 */
public record SquareTiling(VisionConfig config, int rows) implements Tiling {

    /**
     * Reads whether a newline ends the rows of an image.
     *
     * @param tileRows rows that the projector makes of a tile
     * @throws ModelException if the file has canvases for tiles: then its projector must be one that keeps every patch
     */
    public static SquareTiling of(GgufFile file, VisionConfig config, int tileRows) {
        if (file.metadata().has(VisionConfig.PINPOINTS)) {
            throw new ModelException(
                    file.name() + ": any-resolution images need a projector that keeps every patch, such as mlp");
        }
        return ofAnyFile(file, config, tileRows);
    }

    /** As {@link #of}, for families that also have another tiling. */
    public static SquareTiling ofAnyFile(GgufFile file, VisionConfig config, int tileRows) {
        int newline = file.find(VisionEncoder.NEWLINE).isPresent() ? 1 : 0;
        return new SquareTiling(config, tileRows + newline);
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        boolean pad = mode == ImageMode.PAD || mode == ImageMode.AUTO && config.aspect() == VisionConfig.Aspect.PAD;
        return new Square(config, pad, rows);
    }

    @Override
    public int maxTiles() {
        return 1;
    }

    @Override
    public Optional<Integer> fixedRows() {
        return Optional.of(rows);
    }

    @Override
    public String description() {
        return rows + " positions per image, "
                + (config.aspect() == VisionConfig.Aspect.PAD ? "padded to a square" : "cropped to a square");
    }

    private record Square(VisionConfig config, boolean pad, int rows) implements ImageLayout {
        @Override
        public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
            return List.of(
                    pad
                            ? ImagePreprocessor.pad(image, config.imageSize(), config.mean())
                            : ImagePreprocessor.crop(image, config.imageSize()));
        }

        @Override
        public float[] arrange(float[] projected, float[] newline) {
            if (newline == null) {
                return projected;
            }
            float[] ended = Arrays.copyOf(projected, projected.length + newline.length);
            System.arraycopy(newline, 0, ended, projected.length, newline.length);
            return ended;
        }
    }
}
