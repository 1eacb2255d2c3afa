// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

/**
 * Pixels are indices of a table, several of them in one stored pixel if the table is small (RFC 9649, section 3.5.4).
 *
 * @param width the width of the image with colours
 * @param bits 2^bits indices are in one stored pixel
 * @param table a colour for every index that fits: those that the file leaves out are transparent black
 */
record ColorIndexing(int width, int bits, int[] table) implements Transform {
    /** How many bits of the number of a pixel's neighbour are needed to count the indices in one stored pixel. */
    static int bits(int colors) {
        return colors <= 2 ? 3 : colors <= 4 ? 2 : colors <= 16 ? 1 : 0;
    }

    /** A table from colours that are stored as differences to the one before. */
    static int[] table(int[] differences, int bits) {
        int[] table = new int[1 << (8 >> bits)];
        int color = 0;
        for (int i = 0; i < differences.length; i++) {
            color = Argb.add(color, differences[i]);
            table[i] = color;
        }
        return table;
    }

    @Override
    public void undo(int[] row, int y) {
        int size = 8 >> bits;
        int mask = (1 << size) - 1;
        int perPixel = 1 << bits;
        // From the right: a stored pixel is never right of what is in it.
        for (int stored = (width - 1) >> bits; stored >= 0; stored--) {
            int indices = row[stored] >> 8 & 0xff;
            int first = stored << bits;
            int count = Math.min(perPixel, width - first);
            for (int i = 0; i < count; i++) {
                row[first + i] = table[indices >> i * size & mask];
            }
        }
    }
}
