// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/**
 * The part of an image that is wanted.
 *
 * @param left columns skipped
 * @param top rows skipped
 * @param width columns wanted, at least 1
 * @param height rows wanted, at least 1
 */
public record Window(int left, int top, int width, int height) {
    public Window {
        if (left < 0 || top < 0 || width < 1 || height < 1) {
            throw new IllegalArgumentException(width + "x" + height + " at " + left + "," + top + " is not a window");
        }
    }
}
