// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.internvl;

import dev.myna.engine.ImageMode;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
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
 * InternVL's images (docs/spec/families.md 4): stretched to the grid of tiles whose shape is nearest, and a thumbnail behind if
 * there is more than one tile.
 *
 * @param tileRows decoder rows of a tile
 * @param least tiles of a grid at least
 * @param most tiles of a grid at most
 * @param marks the texts around rows
 */
record RatioTiling(VisionConfig config, int tileRows, int least, int most, Marks marks) implements Tiling {
    private static final String LEAST = "clip.vision.preproc_min_tiles";
    private static final String MOST = "clip.vision.preproc_max_tiles";
    private static final int STANDARD_MOST = 12;
    private static final int MAX_TILES = 256;

    /** Pixels of the largest grid: its tiles are cut from one image. */
    private static final long MAX_PIXELS = 1 << 26;

    /** What a prompt holds in the place of an image. */
    interface Marks {
        /** @param tiles tiles of {@code rows} rows each; the last is the thumbnail, or the only one */
        ImagePlace place(int tiles, int rows);
    }

    /** @throws ModelException if the numbers of tiles contradict each other, or make too large an image */
    static RatioTiling read(GgufFile file, VisionConfig config, int tileRows, Marks marks) {
        int most = file.metadata().integer(MOST, 1, MAX_TILES, STANDARD_MOST);
        int least = file.metadata().integer(LEAST, 1, MAX_TILES, 1);
        if (least > most) {
            throw new ModelException(
                    file.name() + ": " + LEAST + " = " + least + " is more than " + MOST + " = " + most);
        }
        if ((long) most * config.imageSize() * config.imageSize() > MAX_PIXELS) {
            throw new ModelException(file.name() + ": " + MOST + " = " + most + " tiles of " + config.imageSize()
                    + " pixels a side are too many; at most " + MAX_PIXELS + " pixels are supported");
        }
        return new RatioTiling(config, tileRows, least, most, marks);
    }

    @Override
    public Optional<Tiling> limited(int tiles) {
        return Optional.of(new RatioTiling(config, tileRows, Math.min(least, tiles), Math.min(most, tiles), marks));
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        if (mode != ImageMode.AUTO) {
            return new OneTile(config, ResampleFilter.BICUBIC, mode, tileRows, marks.place(1, tileRows));
        }
        return nearest(width, height);
    }

    /** The grid whose ratio of columns to rows is nearest; of equally near ones the last that the image half fills. */
    private Grid nearest(int width, int height) {
        double ratio = (double) width / height;
        double half = 0.5 * config.imageSize() * config.imageSize();
        Grid best = new Grid(config, tileRows, marks, 1, 1);
        double least = Double.POSITIVE_INFINITY;
        for (int tiles = this.least; tiles <= most; tiles++) {
            for (int columns = 1; columns <= tiles; columns++) {
                if (tiles % columns != 0) {
                    continue;
                }
                int lines = tiles / columns;
                double distance = Math.abs(ratio - (double) columns / lines);
                if (distance < least || distance == least && (double) width * height > half * columns * lines) {
                    least = distance;
                    best = new Grid(config, tileRows, marks, columns, lines);
                }
            }
        }
        return best;
    }

    @Override
    public int maxTiles() {
        return most > 1 ? most + 1 : 1;
    }

    @Override
    public Optional<Integer> fixedRows() {
        return most == 1 ? Optional.of(tileRows) : Optional.empty();
    }

    @Override
    public String description() {
        return tileRows + " positions for each tile of an image, up to " + most + " tiles"
                + (most > 1 ? " and a thumbnail" : "");
    }

    /**
     * The tiles of images of one size.
     *
     * @param columns tiles side by side
     * @param lines tiles one above the other
     */
    record Grid(VisionConfig config, int tileRows, Marks marks, int columns, int lines) implements ImageLayout {
        /** Tiles in all, the thumbnail included. */
        int tiles() {
            return columns * lines + (columns * lines > 1 ? 1 : 0);
        }

        @Override
        public int rows() {
            return tiles() * tileRows;
        }

        @Override
        public ImagePlace place() {
            return marks.place(tiles(), tileRows);
        }

        @Override
        public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
            int size = config.imageSize();
            RgbImage stretched = Resampler.bicubic(image, columns * size, lines * size);
            List<RgbImage> tiles = new ArrayList<>(Squares.of(stretched, size, checkpoint));
            if (tiles.size() > 1) {
                checkpoint.check();
                tiles.add(Resampler.bicubic(image, size, size));
            }
            return tiles;
        }

        @Override
        public float[] arrange(float[] projected, float[] newline) {
            return projected;
        }
    }
}
