// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.tiles;

import dev.myna.engine.decoder.Checkpoint;
import dev.myna.loaders.image.RgbImage;
import java.util.ArrayList;
import java.util.List;

/** Cuts images into squares. */
public final class Squares {
    private Squares() {}

    /** All squares of an image whose sides are multiples of {@code size}, row by row. */
    public static List<RgbImage> of(RgbImage image, int size, Checkpoint checkpoint) {
        List<RgbImage> squares = new ArrayList<>();
        for (int y = 0; y < image.height(); y += size) {
            checkpoint.check();
            for (int x = 0; x < image.width(); x += size) {
                squares.add(part(image, x, y, size, size));
            }
        }
        return squares;
    }

    /** A part of an image, which must lie within it. */
    public static RgbImage part(RgbImage image, int left, int top, int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            System.arraycopy(image.rgb(), ((top + y) * image.width() + left) * 3, rgb, y * width * 3, width * 3);
        }
        return new RgbImage(width, height, rgb);
    }
}
