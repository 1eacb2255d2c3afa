// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/**
 * An image as 8-bit RGB.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param rgb height x width x 3 bytes, row-major; not copied, treat as immutable
 */
public record RgbImage(int width, int height, byte[] rgb) {
    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), 3)) {
            throw new IllegalArgumentException(width + "x" + height + " does not fit " + rgb.length + " bytes");
        }
    }
}
