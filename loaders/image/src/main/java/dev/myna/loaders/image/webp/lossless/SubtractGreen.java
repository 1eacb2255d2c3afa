// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

/** Red and blue are stored as differences to green (RFC 9649, section 3.5.3). */
record SubtractGreen(int width) implements Transform {
    @Override
    public void undo(int[] row, int y) {
        for (int x = 0; x < width; x++) {
            int argb = row[x];
            int green = argb >> 8 & 0xff;
            row[x] = argb & 0xff00ff00 | (argb & 0xff00ff) + (green << 16 | green) & 0xff00ff;
        }
    }
}
