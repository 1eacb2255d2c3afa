// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.pangea;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.family.pangea.AnyResolution.Pinpoint;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * The canvases on which a family of any-resolution images puts its tiles (docs/spec/models.md 4.3.1).
 *
 * @param sizes in the file's order; none if every image is one tile
 * @param tileSize side of a tile in pixels; divides the sides of all canvases
 */
public record Canvases(List<Pinpoint> sizes, int tileSize) {
    private static final int MAX_PINPOINTS = 64;
    private static final int MAX_TILES_PER_SIDE = 16;

    /** Pixels of the largest canvas: its tiles are cut from one image. */
    private static final long MAX_CANVAS_PIXELS = 1 << 26;

    public Canvases {
        sizes = List.copyOf(sizes);
    }

    /** No canvas: every image is one tile. */
    public static Canvases none(int tileSize) {
        return new Canvases(List.of(), tileSize);
    }

    /**
     * The canvases of a file.
     *
     * @throws ModelException if they are not whole tiles, too many or too large
     */
    public static Canvases read(GgufFile file, VisionConfig config) {
        int tileSize = config.imageSize();
        String key = VisionConfig.PINPOINTS;
        int[] sides = file.metadata().integers(key);
        if (sides.length == 0 || sides.length % 2 != 0 || sides.length > MAX_PINPOINTS * 2) {
            throw new ModelException(file.name() + ": " + key + " has " + sides.length + " numbers; it holds 1 to "
                    + MAX_PINPOINTS + " pairs of width and height");
        }
        List<Pinpoint> pinpoints = new ArrayList<>();
        for (int i = 0; i < sides.length; i += 2) {
            for (int side : new int[] {sides[i], sides[i + 1]}) {
                if (side < tileSize || side % tileSize != 0 || side / tileSize > MAX_TILES_PER_SIDE) {
                    throw new ModelException(file.name() + ": " + key + " holds " + side + ", which is not 1 to "
                            + MAX_TILES_PER_SIDE + " times the image size " + tileSize);
                }
            }
            if ((long) sides[i] * sides[i + 1] > MAX_CANVAS_PIXELS) {
                throw new ModelException(file.name() + ": " + key + " holds a canvas of " + sides[i] + "x"
                        + sides[i + 1] + "; at most " + MAX_CANVAS_PIXELS + " pixels are supported");
            }
            pinpoints.add(new Pinpoint(sides[i], sides[i + 1]));
        }
        return new Canvases(pinpoints, tileSize);
    }

    /** @throws ModelException if a file lacks the vector that ends each row of patches */
    public static void requireNewline(GgufFile file) {
        if (file.find(VisionEncoder.NEWLINE).isEmpty()) {
            throw new ModelException(file.name() + ": any-resolution images need the tensor " + VisionEncoder.NEWLINE
                    + ", which is missing");
        }
    }

    /** Whether a key says how the rows of tiles are merged, and says what all these families do. */
    public static boolean saysUnpadded(String name, GgufMetadata metadata) {
        return name.equals("clip.vision.mm_patch_merge_type")
                && metadata.describe(name).equals("\"spatial_unpad\"");
    }

    /** The canvases with no more tiles; none at 1. */
    public Canvases limited(int most) {
        return new Canvases(
                sizes.stream()
                        .filter(canvas -> most > 1 && tiles(canvas) <= most)
                        .toList(),
                tileSize);
    }

    /** Whether every image is one tile. */
    public boolean isEmpty() {
        return sizes.isEmpty();
    }

    /** Tiles of the largest canvas; 0 without canvases. */
    public int maxTiles() {
        int max = 0;
        for (Pinpoint canvas : sizes) {
            max = Math.max(max, tiles(canvas));
        }
        return max;
    }

    private int tiles(Pinpoint canvas) {
        return canvas.width() / tileSize * (canvas.height() / tileSize);
    }

    /** Width and height of all canvases, for people. */
    public String names() {
        StringBuilder names = new StringBuilder();
        for (Pinpoint canvas : sizes) {
            names.append(names.isEmpty() ? "" : ", ")
                    .append(canvas.width())
                    .append('x')
                    .append(canvas.height());
        }
        return names.toString();
    }
}
