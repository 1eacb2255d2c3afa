// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

/**
 * Red and blue are stored as differences to a share of green, and blue of red, too (RFC 9649, section 3.5.2).
 *
 * @param shares the shares of every block of 2^bits x 2^bits pixels, as 0x00BBGGRR: red to blue, green to blue, green
 *     to red
 */
record ColorTransform(int width, int bits, int[] shares) implements Transform {
    @Override
    public void undo(int[] row, int y) {
        int block = (y >> bits) * Regions.blocks(width, bits);
        for (int from = 0; from < width; from += 1 << bits, block++) {
            byte greenToRed = (byte) shares[block];
            byte greenToBlue = (byte) (shares[block] >> 8);
            byte redToBlue = (byte) (shares[block] >> 16);
            int to = Math.min(width, from + (1 << bits));
            for (int x = from; x < to; x++) {
                int argb = row[x];
                byte green = (byte) (argb >> 8);
                int red = (argb >> 16) + (greenToRed * green >> 5) & 0xff;
                int blue = argb + (greenToBlue * green >> 5) + (redToBlue * (byte) red >> 5) & 0xff;
                row[x] = argb & 0xff00ff00 | red << 16 | blue;
            }
        }
    }
}
