// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.ImageMode;
import dev.myna.engine.ImagePlan;
import dev.myna.engine.ImageTokens;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.RequestException;
import dev.myna.engine.prompt.ImageGrid;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.Tiling;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import java.util.List;
import java.util.Optional;

/**
 * Each image is one tile, stretched to whole places.
 *
 * @param patchSize side of a patch in pixels
 * @param minPixels smaller images are enlarged
 * @param maxPixels larger images are reduced
 */
record QwenTiling(int patchSize, long minPixels, long maxPixels) implements Tiling {

    /** Side in pixels of what becomes one decoder row. */
    int factor() {
        return PatchGrid.MERGE * patchSize;
    }

    private long rows(long pixels) {
        return Math.max(1, pixels / factor() / factor());
    }

    @Override
    public Optional<Tiling> within(ImageTokens tokens) {
        long place = (long) factor() * factor();
        return Optional.of(new QwenTiling(patchSize, tokens.min() * place, tokens.max() * place));
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        if (mode != ImageMode.AUTO) {
            throw new RequestException("images of this model keep their shape: image mode "
                    + mode.name().toLowerCase(java.util.Locale.ROOT) + " does not apply");
        }
        SmartResize size = SmartResize.of(width, height, factor(), minPixels, maxPixels);
        return new Stretched(
                size.width(), size.height(), new ImageGrid(size.height() / factor(), size.width() / factor()));
    }

    @Override
    public int maxTiles() {
        return 1;
    }

    @Override
    public Optional<Integer> fixedRows() {
        return Optional.empty();
    }

    @Override
    public String description() {
        return "a position for every " + factor() + " x " + factor() + " pixels of an image, from " + rows(minPixels)
                + " to " + rows(maxPixels) + " positions (--image-tokens)";
    }

    private record Stretched(int width, int height, ImageGrid places) implements ImageLayout {
        @Override
        public int rows() {
            return places.size();
        }

        @Override
        public Optional<ImageGrid> grid() {
            return Optional.of(places);
        }

        @Override
        public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
            checkpoint.check();
            return List.of(
                    image.width() == width && image.height() == height
                            ? image
                            : Resampler.bicubic(image, width, height));
        }

        @Override
        public float[] arrange(float[] projected, float[] newline) {
            return projected;
        }

        @Override
        public Optional<ImagePlan> plan() {
            return Optional.of(new ImagePlan(
                    width,
                    height,
                    width,
                    height,
                    1,
                    places.rows() * PatchGrid.MERGE,
                    places.columns() * PatchGrid.MERGE,
                    rows()));
        }
    }
}
