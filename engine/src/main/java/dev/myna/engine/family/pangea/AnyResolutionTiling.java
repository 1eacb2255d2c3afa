// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.pangea;

import dev.myna.engine.ImageMode;
import dev.myna.engine.family.pangea.AnyResolution.Pinpoint;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.SquareTiling;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.loaders.gguf.GgufFile;
import java.util.List;
import java.util.Optional;

/**
 * A thumbnail and tiles on one of a file's canvases (docs/spec/models.md 4.3.1); one tile if the file or the caller asks for a square.
 *
 * @param pinpoints canvases in the file's order, at least one
 * @param square for images that are made square
 */
record AnyResolutionTiling(VisionConfig config, List<Pinpoint> pinpoints, SquareTiling square) implements Tiling {
    /** @throws dev.myna.engine.error.ModelException if the canvases do not fit the tower */
    static AnyResolutionTiling read(GgufFile file, VisionConfig config) {
        return new AnyResolutionTiling(
                config,
                AnyResolution.pinpoints(file, config.imageSize()),
                SquareTiling.ofAnyFile(file, config, config.featureRows()));
    }

    /** The canvases with no more tiles; at 1, or where there are none, an image is one tile. */
    @Override
    public Tiling limited(int tiles) {
        List<Pinpoint> fewer = pinpoints.stream()
                .filter(canvas -> tiles > 1 && tiles(canvas) <= tiles)
                .toList();
        return fewer.isEmpty() ? square : new AnyResolutionTiling(config, fewer, square);
    }

    private int tiles(Pinpoint canvas) {
        return canvas.width() / config.imageSize() * (canvas.height() / config.imageSize());
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        return mode == ImageMode.AUTO && config.aspect() == VisionConfig.Aspect.ANYRES
                ? plan(width, height)
                : square.layout(width, height, mode);
    }

    private AnyResolution.Plan plan(int width, int height) {
        return AnyResolution.plan(width, height, pinpoints, config.imageSize(), config.patchSize());
    }

    @Override
    public int maxTiles() {
        int max = 0;
        for (Pinpoint canvas : pinpoints) {
            max = Math.max(max, tiles(canvas));
        }
        return 1 + max;
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
        StringBuilder canvases = new StringBuilder();
        for (Pinpoint canvas : pinpoints) {
            max = Math.max(max, plan(canvas.width(), canvas.height()).rows());
            canvases.append(canvases.isEmpty() ? "" : ", ")
                    .append(canvas.width())
                    .append('x')
                    .append(canvas.height());
        }
        return "a thumbnail and tiles on a canvas of " + canvases
                + ", unpadded, a newline after each row of patches, up to " + max + " positions";
    }
}
