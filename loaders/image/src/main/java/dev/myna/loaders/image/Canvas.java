// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/**
 * An image on a larger canvas of one colour. The canvas is not allocated.
 *
 * @param image the image
 * @param width canvas columns
 * @param height canvas rows
 * @param left columns left of the image
 * @param top rows above the image
 * @param fill colour of the canvas, 0xRRGGBB
 */
public record Canvas(RgbImage image, int width, int height, int left, int top, int fill) {
    public Canvas {
        if (left < 0 || top < 0 || image.width() > width - left || image.height() > height - top) {
            throw new IllegalArgumentException("a " + image.width() + "x" + image.height() + " image at " + left + ","
                    + top + " does not lie on a " + width + "x" + height + " canvas");
        }
    }

    /** The image alone. */
    public static Canvas of(RgbImage image) {
        return new Canvas(image, image.width(), image.height(), 0, 0, 0);
    }
}
