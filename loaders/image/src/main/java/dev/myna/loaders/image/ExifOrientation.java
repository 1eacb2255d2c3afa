// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/** The eight EXIF orientations in the order of their tag values 1 to 8, as the operations that turn the image upright. */
enum ExifOrientation {
    UPRIGHT(0),
    MIRROR(Step.FLIP_X),
    ROTATE_180(Step.FLIP_X | Step.FLIP_Y),
    FLIP(Step.FLIP_Y),
    TRANSPOSE(Step.SWAP),
    ROTATE_90_CLOCKWISE(Step.SWAP | Step.FLIP_X),
    TRANSVERSE(Step.SWAP | Step.FLIP_X | Step.FLIP_Y),
    ROTATE_90_COUNTERCLOCKWISE(Step.SWAP | Step.FLIP_Y);

    private final int steps;

    ExifOrientation(int steps) {
        this.steps = steps;
    }

    /** The orientation of a tag value; upright for values EXIF does not define. */
    static ExifOrientation of(int tag) {
        return tag >= 1 && tag <= 8 ? values()[tag - 1] : UPRIGHT;
    }

    /** The upright image: axes swapped first, then mirrored. */
    RgbImage apply(RgbImage image) {
        if (this == UPRIGHT) {
            return image;
        }
        boolean swap = (steps & Step.SWAP) != 0;
        int width = swap ? image.height() : image.width();
        int height = swap ? image.width() : image.height();
        byte[] from = image.rgb();
        byte[] rgb = new byte[from.length];
        int at = 0;
        for (int y = 0; y < height; y++) {
            int v = (steps & Step.FLIP_Y) != 0 ? height - 1 - y : y;
            for (int x = 0; x < width; x++) {
                int u = (steps & Step.FLIP_X) != 0 ? width - 1 - x : x;
                int source = 3 * (swap ? u * image.width() + v : v * image.width() + u);
                rgb[at++] = from[source];
                rgb[at++] = from[source + 1];
                rgb[at++] = from[source + 2];
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private static final class Step {
        static final int SWAP = 1;
        static final int FLIP_X = 2;
        static final int FLIP_Y = 4;
    }
}
