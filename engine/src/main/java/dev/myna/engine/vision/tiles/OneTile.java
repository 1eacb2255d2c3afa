// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.tiles;

import dev.myna.engine.ImageMode;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.ImagePreprocessor;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.loaders.image.ResampleFilter;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import java.util.Arrays;
import java.util.List;

/**
 * An image as one tile.
 *
 * @param mode how it becomes square: stretched, unless the caller wants it padded or cropped
 * @param rows decoder rows of the image
 * @param place what stands for the tile in a prompt
 */
public record OneTile(VisionConfig config, ResampleFilter filter, ImageMode mode, int rows, ImagePlace place)
        implements ImageLayout {

    @Override
    public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
        int size = config.imageSize();
        return List.of(
                switch (mode) {
                    case AUTO -> Resampler.resize(image, size, size, filter);
                    case PAD -> ImagePreprocessor.pad(image, size, config.mean(), filter);
                    case CROP -> ImagePreprocessor.crop(image, size, filter);
                });
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
