// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.idefics3;

import dev.myna.engine.ImageMode;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.MarkedPlace;
import dev.myna.engine.vision.tiles.OneTile;
import dev.myna.engine.vision.tiles.Squares;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.image.ResampleFilter;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Idefics3's images (docs/spec/families.md 3): scaled so that the longer side has a given length, stretched to whole tiles, cut
 * into them, and an overview behind. It rounds and truncates float64 numbers exactly as the published code does.
 *
 * @param tileRows decoder rows of a tile
 * @param longest the longer side in pixels
 * @param most tiles of a grid at most; 1 for an overview alone
 */
record GridTiling(VisionConfig config, int tileRows, int longest, int most) implements Tiling {
    private static final String LONGEST = "clip.vision.preproc_image_size";

    /** Longer sides than this would be shortened once more. */
    private static final int MAX_LONGEST = 4096;

    private static final int MAX_TILES_PER_SIDE = 16;

    private static final String MARK = "<fake_token_around_image>";

    static GridTiling read(GgufFile file, VisionConfig config, int tileRows) {
        int longest = file.metadata().integer(LONGEST, 1, MAX_LONGEST, config.imageSize());
        int side = Math.ceilDiv(longest + 1, config.imageSize());
        if (side > MAX_TILES_PER_SIDE) {
            throw new ModelException(file.name() + ": " + LONGEST + " = " + longest + " makes " + side + " tiles of "
                    + config.imageSize() + " pixels along a side; at most " + MAX_TILES_PER_SIDE + " are supported");
        }
        return new GridTiling(config, tileRows, longest, Integer.MAX_VALUE);
    }

    @Override
    public Optional<Tiling> limited(int tiles) {
        return Optional.of(new GridTiling(config, tileRows, longest, tiles));
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        if (mode != ImageMode.AUTO) {
            return new OneTile(
                    config,
                    ResampleFilter.LANCZOS,
                    mode,
                    tileRows,
                    overview(new MarkedPlace()).place());
        }
        if (most > 1) {
            // A limited image is scaled to fewer whole tiles, until there are few enough.
            for (int side = longest; side >= 1; side = (side - 1) / config.imageSize() * config.imageSize()) {
                Grid grid = grid(width, height, side);
                if (grid.tiles() <= most) {
                    return grid;
                }
            }
        }
        Size scaled = scaled(width, height, longest);
        return new Grid(config, tileRows, scaled, scaled, false);
    }

    private MarkedPlace overview(MarkedPlace place) {
        return overview(place, tileRows);
    }

    private static MarkedPlace overview(MarkedPlace place, int rows) {
        return place.text(MARK + "<global-img>").rows(rows).text(MARK);
    }

    private Grid grid(int width, int height, int longest) {
        int tile = config.imageSize();
        Size scaled = scaled(width, height, longest);
        double ratio = (double) scaled.width / scaled.height;
        int columns;
        int rows;
        if (scaled.width >= scaled.height) {
            columns = Math.ceilDiv(scaled.width, tile);
            rows = Math.ceilDiv((int) ((long) columns * tile / ratio), tile);
        } else {
            rows = Math.ceilDiv(scaled.height, tile);
            columns = Math.ceilDiv((int) ((long) rows * tile * ratio), tile);
        }
        Size stretched = new Size(Math.max(1, columns) * tile, Math.max(1, rows) * tile);
        return new Grid(config, tileRows, scaled, stretched, true);
    }

    /** The size with the longer side as given and the other one even. */
    private static Size scaled(int width, int height, int longest) {
        double ratio = (double) width / height;
        return width >= height
                ? new Size(longest, even((int) (longest / ratio)))
                : new Size(even((int) (longest * ratio)), longest);
    }

    private static int even(int side) {
        return Math.max(1, side + side % 2);
    }

    @Override
    public int maxTiles() {
        int side = Math.ceilDiv(longest + 1, config.imageSize());
        return 1 + (side * side == 1 || most == 1 ? 0 : Math.min(most, side * side));
    }

    @Override
    public Optional<Integer> fixedRows() {
        return maxTiles() == 1 ? Optional.of(tileRows) : Optional.empty();
    }

    @Override
    public String description() {
        return tileRows + " positions for an overview of an image"
                + (maxTiles() == 1
                        ? ""
                        : ", and as many for each of up to " + (maxTiles() - 1) + " tiles, beside the marks of tiles");
    }

    /** A size in pixels. */
    record Size(int width, int height) {}

    /**
     * The tiles of images of one size.
     *
     * @param scaled the first size that the image gets
     * @param stretched the second: whole tiles, unless it is not {@code split}
     * @param split whether there are tiles if they are more than one
     */
    record Grid(VisionConfig config, int tileRows, Size scaled, Size stretched, boolean split) implements ImageLayout {

        /** Tiles side by side; 0 if the overview is alone. */
        int columns() {
            return isAlone() ? 0 : stretched.width / config.imageSize();
        }

        /** Tiles one above the other; 0 if the overview is alone. */
        int lines() {
            return isAlone() ? 0 : stretched.height / config.imageSize();
        }

        private boolean isAlone() {
            int tile = config.imageSize();
            return !split || stretched.width == tile && stretched.height == tile;
        }

        /** Tiles of the grid. */
        int tiles() {
            return columns() * lines();
        }

        @Override
        public int rows() {
            return (tiles() + 1) * tileRows;
        }

        @Override
        public ImagePlace place() {
            MarkedPlace place = new MarkedPlace();
            for (int y = 1; y <= lines(); y++) {
                for (int x = 1; x <= columns(); x++) {
                    place.text(MARK + "<row_" + y + "_col_" + x + ">").rows(tileRows);
                }
                place.text("\n");
            }
            return overview(place.text(isAlone() ? "" : "\n"), tileRows).place();
        }

        @Override
        public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
            int tile = config.imageSize();
            RgbImage once = Resampler.resize(image, scaled.width, scaled.height, ResampleFilter.LANCZOS);
            checkpoint.check();
            RgbImage twice = Resampler.resize(once, stretched.width, stretched.height, ResampleFilter.LANCZOS);
            List<RgbImage> tiles = new ArrayList<>();
            if (!isAlone()) {
                tiles.addAll(Squares.of(twice, tile, checkpoint));
            }
            checkpoint.check();
            tiles.add(Resampler.resize(twice, tile, tile, ResampleFilter.LANCZOS));
            return tiles;
        }

        @Override
        public float[] arrange(float[] projected, float[] newline) {
            return projected;
        }
    }
}
