// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.gif;

import java.io.EOFException;
import java.io.IOException;

/**
 * The position of a frame on its screen, in pixels, and its palette.
 *
 * @param interlaced whether its rows come in four passes
 * @param palette 256 entries of red, green, blue
 */
record GifFrame(
        int screenWidth,
        int screenHeight,
        int left,
        int top,
        int width,
        int height,
        boolean interlaced,
        byte[] palette) {
    /** First row and step of each pass. */
    private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

    private static final int[][] ONE_PASS = {{0, 1}};

    /**
     * The screen as RGB. Pixels outside the frame have the colour of the transparent index, or colour 0.
     *
     * @param transparent the transparent index, or -1
     */
    byte[] show(LzwIndices indices, int transparent) throws IOException {
        if ((long) width * height > indices.most()) {
            throw new EOFException("the data cannot hold the frame");
        }
        byte[] rgb = new byte[screenWidth * screenHeight * 3];
        if (width != screenWidth || height != screenHeight) {
            fill(rgb, 3 * Math.max(transparent, 0));
        }
        byte[] row = new byte[width];
        for (int[] pass : interlaced ? PASSES : ONE_PASS) {
            for (int y = pass[0]; y < height; y += pass[1]) {
                indices.read(row);
                int to = ((top + y) * screenWidth + left) * 3;
                for (byte index : row) {
                    int from = 3 * (index & 0xff);
                    rgb[to++] = palette[from];
                    rgb[to++] = palette[from + 1];
                    rgb[to++] = palette[from + 2];
                }
            }
        }
        return rgb;
    }

    private void fill(byte[] rgb, int from) {
        if (palette[from] == 0 && palette[from + 1] == 0 && palette[from + 2] == 0) {
            return;
        }
        for (int i = 0; i < rgb.length; i += 3) {
            System.arraycopy(palette, from, rgb, i, 3);
        }
    }
}
