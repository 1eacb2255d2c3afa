// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/**
 * A part of an image.
 *
 * @param left columns skipped
 * @param top rows skipped
 * @param width columns of the part, at least 1
 * @param height rows of the part, at least 1
 */
public record Window(int left, int top, int width, int height) {
    public Window {
        if (left < 0 || top < 0 || width < 1 || height < 1) {
            throw new IllegalArgumentException(width + "x" + height + " at " + left + "," + top + " is not a window");
        }
    }
}
