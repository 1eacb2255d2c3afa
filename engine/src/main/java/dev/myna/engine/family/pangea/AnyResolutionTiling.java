// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.pangea;

import dev.myna.engine.ImageMode;
import dev.myna.engine.family.pangea.AnyResolution.Pinpoint;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.SquareTiling;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.loaders.gguf.GgufFile;
import java.util.Optional;

/**
 * A thumbnail and tiles on one of a file's canvases (docs/spec/models.md 4.3.1); one tile if the file or the caller asks for a square.
 *
 * @param canvases at least one
 * @param square for images that are made square
 */
record AnyResolutionTiling(VisionConfig config, Canvases canvases, SquareTiling square) implements Tiling {
    /** @throws dev.myna.engine.error.ModelException if the canvases do not fit the tower */
    static AnyResolutionTiling read(GgufFile file, VisionConfig config) {
        return new AnyResolutionTiling(
                config, Canvases.read(file, config), SquareTiling.ofAnyFile(file, config, config.featureRows()));
    }

    /** At 1, or where no canvas has so few tiles, an image is one tile. */
    @Override
    public Optional<Tiling> limited(int tiles) {
        if (config.aspect() != VisionConfig.Aspect.ANYRES) {
            return Optional.empty();
        }
        Canvases fewer = canvases.limited(tiles);
        return Optional.of(fewer.isEmpty() ? square : new AnyResolutionTiling(config, fewer, square));
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        return mode == ImageMode.AUTO && config.aspect() == VisionConfig.Aspect.ANYRES
                ? plan(width, height)
                : square.layout(width, height, mode);
    }

    private AnyResolution.Plan plan(int width, int height) {
        return AnyResolution.plan(width, height, canvases.sizes(), config.imageSize(), config.patchSize());
    }

    @Override
    public int maxTiles() {
        return 1 + canvases.maxTiles();
    }

    @Override
    public Optional<Integer> fixedRows() {
        return config.aspect() == VisionConfig.Aspect.ANYRES ? Optional.empty() : square.fixedRows();
    }

    @Override
    public String description() {
        if (config.aspect() != VisionConfig.Aspect.ANYRES) {
            return square.description();
        }
        int max = 0;
        for (Pinpoint canvas : canvases.sizes()) {
            max = Math.max(max, plan(canvas.width(), canvas.height()).rows());
        }
        return "a thumbnail and tiles on a canvas of " + canvases.names()
                + ", unpadded, a newline after each row of patches, up to " + max + " positions";
    }
}
