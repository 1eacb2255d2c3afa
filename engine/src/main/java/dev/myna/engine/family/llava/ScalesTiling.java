// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.ImageMode;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.ImagePreprocessor;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.Squares;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Centurio's images: the image stretched to a tile, and stretched to {@code scale x scale} tiles.
 *
 * @param scale tiles along a side
 */
record ScalesTiling(VisionConfig config, int scale) implements Tiling {

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        return new Scales(config, scale, mode);
    }

    @Override
    public int maxTiles() {
        return 1 + scale * scale;
    }

    @Override
    public Optional<Integer> fixedRows() {
        return Optional.of(config.featureRows());
    }

    @Override
    public String description() {
        return config.featureRows() + " positions per image, stretched to a square, with details of " + scale
                + " times its size";
    }

    private record Scales(VisionConfig config, int scale, ImageMode mode) implements ImageLayout {
        @Override
        public int rows() {
            return config.featureRows();
        }

        /** The overview, then the tiles row by row. */
        @Override
        public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
            List<RgbImage> tiles = new ArrayList<>();
            tiles.add(square(image, config.imageSize()));
            checkpoint.check();
            tiles.addAll(Squares.of(square(image, scale * config.imageSize()), config.imageSize(), checkpoint));
            return tiles;
        }

        private RgbImage square(RgbImage image, int size) {
            return switch (mode) {
                case AUTO -> Resampler.bicubic(image, size, size);
                case PAD -> ImagePreprocessor.pad(image, size, config.mean());
                case CROP -> ImagePreprocessor.crop(image, size);
            };
        }

        @Override
        public float[] arrange(float[] projected, float[] newline) {
            return projected;
        }
    }
}
