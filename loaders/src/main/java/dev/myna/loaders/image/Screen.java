// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.io.IOException;

/** The screen an animation's frame lies on: its size and where the frame begins, in pixels. */
record Screen(int width, int height, int left, int top) {
    /** The frame on the screen; what it leaves uncovered is {@code background}, 0xRRGGBB. */
    RgbImage show(RgbImage frame, int background) throws IOException {
        if (width == frame.width() && height == frame.height()) {
            return frame;
        }
        dev.myna.loaders.image.codec.WorkBudget.requireDecodable(width, height);
        if (frame.width() > width - left || frame.height() > height - top) {
            throw new IOException("the first frame reaches beyond the animation");
        }
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length && background != 0; i += 3) {
            rgb[i] = (byte) (background >> 16);
            rgb[i + 1] = (byte) (background >> 8);
            rgb[i + 2] = (byte) background;
        }
        for (int y = 0; y < frame.height(); y++) {
            int to = ((top + y) * width + left) * 3;
            System.arraycopy(frame.rgb(), y * frame.width() * 3, rgb, to, frame.width() * 3);
        }
        return new RgbImage(width, height, rgb);
    }
}
