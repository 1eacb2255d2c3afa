// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.png;

/** Plain rows to RGB. */
final class PngColors {
    private final int color;
    private final int depth;
    private final byte[] palette;

    /** @param palette 256 entries of red, green, blue */
    PngColors(PngHeader header, byte[] palette) {
        this.color = header.color();
        this.depth = header.depth();
        this.palette = palette;
    }

    /**
     * @param row plain samples of {@code columns} pixels
     * @param at where the first pixel goes in {@code rgb}
     * @param step bytes from one pixel to the next there
     */
    void expand(byte[] row, int columns, byte[] rgb, int at, int step) {
        int sample = depth == 16 ? 2 : 1;
        switch (color) {
            case PngHeader.RGB -> copy(row, 3 * sample, sample, columns, rgb, at, step);
            case PngHeader.RGBA -> copy(row, 4 * sample, sample, columns, rgb, at, step);
            case PngHeader.GRAY_ALPHA -> copy(row, 2 * sample, 0, columns, rgb, at, step);
            default -> {
                if (depth == 16) {
                    copy(row, 2, 0, columns, rgb, at, step);
                } else {
                    expandIndices(row, columns, rgb, at, step);
                }
            }
        }
    }

    /**
     * @param pixel bytes a pixel takes
     * @param channel bytes from a channel to the next, 0 for gray
     */
    private static void copy(byte[] row, int pixel, int channel, int columns, byte[] rgb, int at, int step) {
        for (int x = 0, from = 0, to = at; x < columns; x++, from += pixel, to += step) {
            rgb[to] = row[from];
            rgb[to + 1] = row[from + channel];
            rgb[to + 2] = row[from + 2 * channel];
        }
    }

    private void expandIndices(byte[] row, int columns, byte[] rgb, int at, int step) {
        int mask = (1 << depth) - 1;
        for (int x = 0, to = at; x < columns; x++, to += step) {
            int bit = x * depth;
            int value = row[bit >> 3] >> 8 - depth - (bit & 7) & mask;
            if (color == PngHeader.PALETTE) {
                rgb[to] = palette[3 * value];
                rgb[to + 1] = palette[3 * value + 1];
                rgb[to + 2] = palette[3 * value + 2];
            } else {
                byte gray = (byte) (value * 255 / mask);
                rgb[to] = gray;
                rgb[to + 1] = gray;
                rgb[to + 2] = gray;
            }
        }
    }
}
