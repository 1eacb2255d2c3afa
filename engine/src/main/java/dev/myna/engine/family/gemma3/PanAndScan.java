// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.gemma3;

import dev.myna.engine.ImageMode;
import dev.myna.engine.decoder.Checkpoint;
import dev.myna.engine.prompt.ImagePlace;
import dev.myna.engine.vision.ImageLayout;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.MarkedPlace;
import dev.myna.engine.vision.tiles.OneTile;
import dev.myna.engine.vision.tiles.Squares;
import dev.myna.loaders.image.ResampleFilter;
import dev.myna.loaders.image.Resampler;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gemma 3's images (docs/spec/families.md 2): the whole image, stretched to a tile, and crops of long images if the caller wants
 * them.
 *
 * @param rows decoder rows of a tile
 */
record PanAndScan(VisionConfig config, int rows, Crops crops) implements Tiling {
    /** The whole image alone. */
    static final Crops NO_CROPS = new Crops(0, 1);

    /** What the published code crops if it is asked to. */
    static final Crops STANDARD_CROPS = new Crops(4, 256);

    /** Images whose sides are closer than this are not cropped. */
    private static final double MIN_RATIO = 1.2;

    /**
     * Which crops an image may have.
     *
     * @param most crops of an image; 0 for none
     * @param minSide the least side of a crop in pixels
     */
    record Crops(int most, int minSide) {}

    /** Of the crops; without them an image is one tile, whatever the caller says. */
    @Override
    public Optional<Tiling> limited(int tiles) {
        if (crops.most == 0) {
            return Optional.empty();
        }
        Crops fewer = tiles < 2 ? NO_CROPS : new Crops(Math.min(tiles, crops.most), crops.minSide);
        return Optional.of(new PanAndScan(config, rows, fewer));
    }

    @Override
    public Optional<Tiling> withCrops() {
        return Optional.of(new PanAndScan(config, rows, STANDARD_CROPS));
    }

    @Override
    public ImageLayout layout(int width, int height, ImageMode mode) {
        List<Box> boxes = new ArrayList<>();
        if (mode == ImageMode.AUTO) {
            boxes.addAll(boxes(width, height));
        }
        if (!boxes.isEmpty()) {
            return new Cropped(config, rows, List.copyOf(boxes));
        }
        return new OneTile(
                config,
                ResampleFilter.BILINEAR,
                mode,
                rows,
                block(new MarkedPlace(), rows).place());
    }

    /** The crops of an image, row by row; empty if it has none. */
    List<Box> boxes(int width, int height) {
        boolean wide = width >= height;
        double ratio = wide ? (double) width / height : (double) height / width;
        if (crops.most < 2 || ratio < MIN_RATIO) {
            return List.of();
        }
        int wanted = (int) Math.min(Integer.MAX_VALUE, Math.floor(ratio + 0.5));
        int count = Math.min(crops.most, Math.max(2, Math.min(Math.max(width, height) / crops.minSide, wanted)));
        int cropWidth = wide ? Math.ceilDiv(width, count) : width;
        int cropHeight = wide ? height : Math.ceilDiv(height, count);
        if (Math.min(cropWidth, cropHeight) < crops.minSide) {
            return List.of();
        }
        List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int left = wide ? i * cropWidth : 0;
            int top = wide ? 0 : i * cropHeight;
            boxes.add(new Box(left, top, Math.min(cropWidth, width - left), Math.min(cropHeight, height - top)));
        }
        return boxes;
    }

    private static MarkedPlace block(MarkedPlace place, int rows) {
        return place.text("\n\n<start_of_image>").rows(rows).text("<end_of_image>\n\n");
    }

    @Override
    public int maxTiles() {
        return 1 + crops.most;
    }

    @Override
    public Optional<Integer> fixedRows() {
        return crops.most == 0 ? Optional.of(rows) : Optional.empty();
    }

    @Override
    public String description() {
        return rows + " positions per image, stretched to a square"
                + (crops.most == 0 ? "" : ", and as many for each of up to " + crops.most + " crops");
    }

    /** A part of an image, in pixels. */
    record Box(int left, int top, int width, int height) {}

    /** The whole image and crops of it. */
    private record Cropped(VisionConfig config, int tileRows, List<Box> boxes) implements ImageLayout {
        @Override
        public int rows() {
            return tileRows * (1 + boxes.size());
        }

        @Override
        public ImagePlace place() {
            MarkedPlace place = block(new MarkedPlace().text("Here is the original image "), tileRows);
            for (int i = 0; i < boxes.size(); i++) {
                block(place.text(i == 0 ? " and here are some crops to help you see better " : " "), tileRows);
            }
            return place.place();
        }

        @Override
        public List<RgbImage> cut(RgbImage image, Checkpoint checkpoint) {
            int size = config.imageSize();
            List<RgbImage> tiles = new ArrayList<>();
            tiles.add(Resampler.resize(image, size, size, ResampleFilter.BILINEAR));
            for (Box box : boxes) {
                checkpoint.check();
                RgbImage crop = Squares.part(image, box.left, box.top, box.width, box.height);
                tiles.add(Resampler.resize(crop, size, size, ResampleFilter.BILINEAR));
            }
            return tiles;
        }

        @Override
        public float[] arrange(float[] projected, float[] newline) {
            return projected;
        }
    }
}
