// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.tiles;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.loaders.gguf.GgufFile;

/**
 * A square grid of rows whose square blocks become one row each (docs/spec/families.md 2 and 8.3).
 *
 * @param side rows of the grid along a side
 * @param factor rows of a block along a side; divides {@code side}
 * @param width elements of a row
 */
public record PatchBlocks(int side, int factor, int width) {
    /** The key of the factor. */
    public static final String FACTOR = "clip.vision.projector.scale_factor";

    /**
     * The blocks that a file's connector makes of the rows of one tile.
     *
     * @throws ModelException if the factor does not divide the grid
     * @throws dev.myna.loaders.gguf.GgufException if the key is missing or out of range
     */
    public static PatchBlocks read(GgufFile file, VisionConfig config) {
        return of(file, config, file.metadata().integer(FACTOR, 1, config.grid()));
    }

    /** As {@link #read}, with a factor for files without the key. */
    public static PatchBlocks read(GgufFile file, VisionConfig config, int standard) {
        return of(file, config, file.metadata().integer(FACTOR, 1, config.grid(), standard));
    }

    private static PatchBlocks of(GgufFile file, VisionConfig config, int factor) {
        if (config.grid() % factor != 0) {
            throw new ModelException(file.name() + ": " + FACTOR + " = " + factor + " does not divide the "
                    + config.grid() + " patches along a side");
        }
        return new PatchBlocks(config.grid(), factor, config.width());
    }

    /** Blocks, which are rows of the result. */
    public int blocks() {
        return (side / factor) * (side / factor);
    }

    /** Rows of the grid. */
    public int rows() {
        return side * side;
    }

    /** Elements of a shuffled row. */
    public int shuffledWidth() {
        return factor * factor * width;
    }

    /**
     * Joins the rows of each block: row by row of the block, one behind the other.
     *
     * @param rows [side x side, width], row-major
     * @return [blocks, factor x factor x width]
     */
    public float[] shuffle(float[] rows) {
        float[] joined = new float[rows.length];
        int to = 0;
        for (int block = 0; block < blocks(); block++) {
            for (int y = 0; y < factor; y++) {
                // The rows of a block that lie side by side follow each other in the grid as well.
                System.arraycopy(rows, first(block, y) * width, joined, to, factor * width);
                to += factor * width;
            }
        }
        return joined;
    }

    /**
     * The mean of the rows of each block.
     *
     * @param rows [side x side, width], row-major
     * @return [blocks, width]
     */
    public float[] mean(float[] rows) {
        float[] means = new float[blocks() * width];
        float share = 1f / (factor * factor);
        for (int block = 0; block < blocks(); block++) {
            int to = block * width;
            for (int y = 0; y < factor; y++) {
                int from = first(block, y) * width;
                for (int x = 0; x < factor; x++, from += width) {
                    for (int c = 0; c < width; c++) {
                        means[to + c] += rows[from + c];
                    }
                }
            }
            for (int c = 0; c < width; c++) {
                means[to + c] *= share;
            }
        }
        return means;
    }

    /** The first row of line {@code y} of a block. */
    private int first(int block, int y) {
        int across = side / factor;
        return (block / across * factor + y) * side + block % across * factor;
    }
}
