// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.ImageMode;
import dev.myna.engine.family.pangea.AnyResolution;
import dev.myna.engine.family.pangea.AnyResolution.Keep;
import dev.myna.engine.family.pangea.AnyResolution.Pinpoint;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.OneTile;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ResampleFilter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;

/**
 * LLaVA-OneVision's images (docs/spec/families.md 6.1): as Pangea's, but for how the size without padding is rounded, and for a
 * bound of rows: larger maps of patches shrink.
 *
 * @param pinpoints canvases in the file's order; none if an image is one tile
 * @param mapTiles tiles whose rows the map of patches may have, about
 */
record OneVisionTiling(VisionConfig config, List<Pinpoint> pinpoints, int mapTiles) implements Tiling {
    private static final String MAX_TILES = "clip.vision.anyres_max_tiles";
    private static final int STANDARD_MAX_TILES = 9;

    /** Maps that are larger by less than this factor along a side do not shrink. */
    private static final double TOLERATED = 1.1;

    static OneVisionTiling read(GgufFile file, VisionConfig config) {
        List<Pinpoint> pinpoints = config.aspect() == VisionConfig.Aspect.ANYRES
                ? AnyResolution.pinpoints(file, config.imageSize())
                : List.of();
        return new OneVisionTiling(config, pinpoints, file.metadata().integer(MAX_TILES, 1, 256, STANDARD_MAX_TILES));
    }

    /** Of the canvases, those with no more tiles. */
    @Override
    public OneVisionTiling limited(int tiles) {
        return new OneVisionTiling(
                config,
                pinpoints.stream()
                        .filter(canvas -> tiles > 1 && tiles(canvas) <= tiles)
                        .toList(),
                mapTiles);
    }

    private int tiles(Pinpoint canvas) {
        return canvas.width() / config.imageSize() * (canvas.height() / config.imageSize());
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        if (pinpoints.isEmpty() || mode != ImageMode.AUTO) {
            return new OneTile(config, ResampleFilter.BICUBIC, mode, oneTileRows(), ImagePlace.ofRows(oneTileRows()));
        }
        return plan(width, height);
    }

    private int oneTileRows() {
        return config.patches() + 1;
    }

    private ShrunkMap plan(int width, int height) {
        AnyResolution.Plan plan = AnyResolution.plan(width, height, pinpoints, config.imageSize(), config.patchSize());
        int side = plan.patchesPerSide();
        plan = plan.keeping(keep(width, height, plan.gridWidth() * side, plan.gridHeight() * side));
        Keep keep = plan.keep();
        double times = Math.sqrt((double) keep.rows() * keep.columns() / ((double) mapTiles * side * side));
        return times > TOLERATED
                ? new ShrunkMap(plan, divided(keep.rows(), times), divided(keep.columns(), times))
                : new ShrunkMap(plan, keep.rows(), keep.columns());
    }

    /** The patches of the map that show the image. */
    private static Keep keep(int width, int height, int columns, int rows) {
        if ((double) width / height > (double) columns / rows) {
            int top = (rows - rounded(height * ((double) columns / width))) / 2;
            return new Keep(rows - 2 * top, columns, top, 0);
        }
        int left = (columns - rounded(width * ((double) rows / height))) / 2;
        return new Keep(rows, columns - 2 * left, 0, left);
    }

    /** Rounds to seven decimals, halves to even, and truncates. */
    private static int rounded(double size) {
        return new BigDecimal(size).setScale(7, RoundingMode.HALF_EVEN).intValue();
    }

    /** The floor of a quotient as float64 numbers give it, at least 1: the remainder is subtracted before the division. */
    private static int divided(int size, double times) {
        double quotient = (size - size % times) / times;
        double floor = Math.floor(quotient);
        return (int) Math.max(1, quotient - floor > 0.5 ? floor + 1 : floor);
    }

    @Override
    public int maxTiles() {
        return 1 + pinpoints.stream().mapToInt(this::tiles).max().orElse(0);
    }

    @Override
    public Optional<Integer> fixedRows() {
        return pinpoints.isEmpty() ? Optional.of(oneTileRows()) : Optional.empty();
    }

    @Override
    public String description() {
        if (pinpoints.isEmpty()) {
            return oneTileRows() + " positions per image, stretched to a square";
        }
        int max = 0;
        for (Pinpoint canvas : pinpoints) {
            max = Math.max(max, plan(canvas.width(), canvas.height()).rows());
        }
        return "a thumbnail and up to " + (maxTiles() - 1) + " tiles on one of " + pinpoints.size()
                + " canvases, unpadded, a newline after each row of patches, up to " + max + " positions";
    }
}
