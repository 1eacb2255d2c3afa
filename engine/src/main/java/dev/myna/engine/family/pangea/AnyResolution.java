// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.pangea;

import dev.myna.engine.ImagePlan;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleToIntFunction;

/**
 * The any-resolution path (docs/spec/models.md 4.3.1): a thumbnail of the whole image and a grid of tiles. It rounds
 * and truncates float64 numbers exactly as the published code does.
 */
public final class AnyResolution {
    private AnyResolution() {}

    /** A canvas size the model was trained with, in pixels. */
    public record Pinpoint(int width, int height) {
        public Pinpoint {
            if (width < 1 || height < 1) {
                throw new IllegalArgumentException(
                        width + "x" + height + " is not a canvas size; sizes are at least 1");
            }
        }
    }

    /**
     * The layout of images of one size.
     *
     * @param pinpoint the canvas
     * @param resizedWidth the image's width on the canvas, in pixels
     * @param resizedHeight its height
     * @param pasteX columns of the canvas left of the image
     * @param pasteY rows of the canvas above the image
     * @param tileSize side of a tile, in pixels
     * @param gridWidth tiles side by side
     * @param gridHeight tiles one above the other
     * @param patchesPerSide patches along a tile's side
     * @param keep the patches of the grid that show the image
     */
    public record Plan(
            Pinpoint pinpoint,
            int resizedWidth,
            int resizedHeight,
            int pasteX,
            int pasteY,
            int tileSize,
            int gridWidth,
            int gridHeight,
            int patchesPerSide,
            Keep keep)
            implements ImageLayout {
        /** Tiles in all, the thumbnail included. */
        public int tiles() {
            return 1 + gridWidth * gridHeight;
        }

        /** The thumbnail's patches, then the kept rows of patches with one newline each. */
        @Override
        public int rows() {
            return patchesPerSide * patchesPerSide + keep.rows() * (keep.columns() + 1);
        }

        /** The thumbnail, then the tiles row by row. */
        @Override
        public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
            List<RgbImage> tiles = new ArrayList<>(tiles());
            tiles.add(Resampler.bicubic(image, tileSize, tileSize));
            checkpoint.check();
            RgbImage resized = Resampler.bicubic(image, resizedWidth, resizedHeight);
            for (int y = 0; y < gridHeight; y++) {
                checkpoint.check();
                for (int x = 0; x < gridWidth; x++) {
                    tiles.add(square(resized, x * tileSize - pasteX, y * tileSize - pasteY, tileSize));
                }
            }
            return tiles;
        }

        /** The thumbnail, then the kept patches row by row over the whole canvas, each row ended by the newline vector. */
        @Override
        public float[] arrange(float[] projected, float[] newline) {
            int width = newline.length;
            float[] arranged = Arrays.copyOf(projected, rows() * width);
            int to = patchesPerSide * patchesPerSide;
            for (int y = 0; y < keep.rows(); y++) {
                for (int x = 0; x < keep.columns(); x++) {
                    System.arraycopy(projected, kept(y, x) * width, arranged, to++ * width, width);
                }
                System.arraycopy(newline, 0, arranged, to++ * width, width);
            }
            return arranged;
        }

        /** The projected row of the kept patch in row {@code y} and column {@code x}. */
        public int kept(int y, int x) {
            int side = patchesPerSide;
            int row = keep.top() + y;
            int column = keep.left() + x;
            int tile = 1 + row / side * gridWidth + column / side;
            return (tile * side + row % side) * side + column % side;
        }

        @Override
        public Optional<ImagePlan> plan() {
            return Optional.of(new ImagePlan(
                    pinpoint.width(),
                    pinpoint.height(),
                    resizedWidth,
                    resizedHeight,
                    tiles(),
                    keep.rows(),
                    keep.columns(),
                    rows()));
        }
    }

    /** A rectangle of patches; rows may be 0 for very flat images, columns for very narrow ones. */
    public record Keep(int rows, int columns, int top, int left) {}

    /** As {@link #plan(int, int, List, int, int, DoubleToIntFunction)}; the size without padding is truncated. */
    public static Plan plan(int width, int height, List<Pinpoint> pinpoints, int tileSize, int patchSize) {
        return plan(width, height, pinpoints, tileSize, patchSize, size -> (int) size);
    }

    /**
     * Chooses the canvas and computes the layout.
     *
     * @param width image columns
     * @param height image rows
     * @param pinpoints canvases in the model's order; of equally good ones the first is chosen
     * @param tileSize side of a tile (the tower's input), divides every pinpoint
     * @param patchSize side of a patch; what remains of a tile is not read
     * @param rounding of the patches that the image takes along the side that has padding
     */
    public static Plan plan(
            int width,
            int height,
            List<Pinpoint> pinpoints,
            int tileSize,
            int patchSize,
            DoubleToIntFunction rounding) {
        if (patchSize < 1 || tileSize < patchSize) {
            throw new IllegalArgumentException("a tile of " + tileSize + " has no patch of " + patchSize);
        }
        Pinpoint best = bestResolution(width, height, pinpoints);
        if (best.width() % tileSize != 0 || best.height() % tileSize != 0) {
            throw new IllegalArgumentException("tiles of " + tileSize + " do not fill a canvas of " + best.width() + "x"
                    + best.height() + "; pinpoints must be multiples of the tower's image size");
        }
        double scaleX = (double) best.width() / width;
        double scaleY = (double) best.height() / height;
        boolean wide = scaleX < scaleY;
        int resizedWidth = wide ? best.width() : (int) Math.min(Math.ceil(width * scaleY), best.width());
        int resizedHeight = wide ? (int) Math.min(Math.ceil(height * scaleX), best.height()) : best.height();
        int gridWidth = best.width() / tileSize;
        int gridHeight = best.height() / tileSize;
        int patches = tileSize / patchSize;
        return new Plan(
                best,
                resizedWidth,
                resizedHeight,
                (best.width() - resizedWidth) / 2,
                (best.height() - resizedHeight) / 2,
                tileSize,
                gridWidth,
                gridHeight,
                patches,
                keep(width, height, gridWidth * patches, gridHeight * patches, rounding));
    }

    /** A square of the image; black outside the image. */
    private static RgbImage square(RgbImage image, int left, int top, int size) {
        byte[] rgb = new byte[size * size * 3];
        int fromX = Math.max(left, 0);
        int columns = Math.min(left + size, image.width()) - fromX;
        for (int y = Math.max(top, 0); y < Math.min(top + size, image.height()) && columns > 0; y++) {
            int from = (y * image.width() + fromX) * 3;
            System.arraycopy(image.rgb(), from, rgb, ((y - top) * size + fromX - left) * 3, columns * 3);
        }
        return new RgbImage(size, size, rgb);
    }

    /** The canvas that keeps the most pixels of the image; of these the one with the fewest unused pixels; of these the first. */
    private static Pinpoint bestResolution(int width, int height, List<Pinpoint> pinpoints) {
        if (width < 1 || height < 1 || pinpoints.isEmpty()) {
            throw new IllegalArgumentException(
                    "no canvas for a " + width + "x" + height + " image among " + pinpoints.size() + " pinpoints");
        }
        Pinpoint best = pinpoints.getFirst();
        long bestEffective = 0;
        long bestWaste = Long.MAX_VALUE;
        for (Pinpoint candidate : pinpoints) {
            double scale = Math.min((double) candidate.width() / width, (double) candidate.height() / height);
            long scaled = (long) (int) (width * scale) * (int) (height * scale);
            long effective = Math.min(scaled, (long) width * height);
            long waste = (long) candidate.width() * candidate.height() - effective;
            if (effective > bestEffective || effective == bestEffective && waste < bestWaste) {
                best = candidate;
                bestEffective = effective;
                bestWaste = waste;
            }
        }
        return best;
    }

    /** The patches of the grid that show the image. */
    private static Keep keep(int width, int height, int columns, int rows, DoubleToIntFunction rounding) {
        if ((double) width / height > (double) columns / rows) {
            int top = (rows - rounding.applyAsInt(height * ((double) columns / width))) / 2;
            return new Keep(rows - 2 * top, columns, top, 0);
        }
        int left = (columns - rounding.applyAsInt(width * ((double) rows / height))) / 2;
        return new Keep(rows, columns - 2 * left, 0, left);
    }
}
