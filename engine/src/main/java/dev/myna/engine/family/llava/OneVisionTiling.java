// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.ImageMode;
import dev.myna.engine.family.pangea.AnyResolution;
import dev.myna.engine.family.pangea.AnyResolution.Keep;
import dev.myna.engine.family.pangea.AnyResolution.Pinpoint;
import dev.myna.engine.family.pangea.Canvases;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.OneTile;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ResampleFilter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/**
 * LLaVA-OneVision's images (docs/spec/families.md 6.1): as Pangea's, but for how the size without padding is rounded, and for a
 * bound of rows: larger maps of patches shrink.
 *
 * @param canvases none if every image is one tile
 * @param mapTiles tiles whose rows the map of patches may have, about
 */
record OneVisionTiling(VisionConfig config, Canvases canvases, int mapTiles) implements Tiling {
    private static final String MAX_TILES = "clip.vision.anyres_max_tiles";
    private static final int STANDARD_MAX_TILES = 9;

    /** Maps that are larger by less than this factor along a side do not shrink. */
    private static final double TOLERATED = 1.1;

    static OneVisionTiling read(GgufFile file, VisionConfig config) {
        Canvases canvases = config.aspect() == VisionConfig.Aspect.ANYRES
                ? Canvases.read(file, config)
                : Canvases.none(config.imageSize());
        return new OneVisionTiling(config, canvases, file.metadata().integer(MAX_TILES, 1, 256, STANDARD_MAX_TILES));
    }

    @Override
    public Optional<Tiling> limited(int tiles) {
        return canvases.isEmpty()
                ? Optional.empty()
                : Optional.of(new OneVisionTiling(config, canvases.limited(tiles), mapTiles));
    }

    /** The published code shows a model several images as one tile each. */
    @Override
    public Tiling amongOthers() {
        return new OneVisionTiling(config, Canvases.none(config.imageSize()), mapTiles);
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        if (canvases.isEmpty() || mode != ImageMode.AUTO) {
            return new OneTile(config, ResampleFilter.BICUBIC, mode, oneTileRows(), ImagePlace.ofRows(oneTileRows()));
        }
        return plan(width, height);
    }

    private int oneTileRows() {
        return config.patches() + 1;
    }

    private ShrunkMap plan(int width, int height) {
        AnyResolution.Plan plan = AnyResolution.plan(
                width, height, canvases.sizes(), config.imageSize(), config.patchSize(), OneVisionTiling::rounded);
        int side = plan.patchesPerSide();
        Keep keep = plan.keep();
        double times = Math.sqrt((double) keep.rows() * keep.columns() / ((double) mapTiles * side * side));
        return times > TOLERATED
                ? new ShrunkMap(plan, divided(keep.rows(), times), divided(keep.columns(), times))
                : new ShrunkMap(plan, keep.rows(), keep.columns());
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
        return 1 + canvases.maxTiles();
    }

    @Override
    public Optional<Integer> fixedRows() {
        return canvases.isEmpty() ? Optional.of(oneTileRows()) : Optional.empty();
    }

    @Override
    public String description() {
        if (canvases.isEmpty()) {
            return oneTileRows() + " positions per image, stretched to a square";
        }
        int max = 0;
        for (Pinpoint canvas : canvases.sizes()) {
            max = Math.max(max, plan(canvas.width(), canvas.height()).rows());
        }
        return "a thumbnail and up to " + (maxTiles() - 1) + " tiles on one of "
                + canvases.sizes().size() + " canvases, unpadded, a newline after each row of patches, up to " + max
                + " positions; of several images each is one tile of " + oneTileRows() + " positions";
    }
}
