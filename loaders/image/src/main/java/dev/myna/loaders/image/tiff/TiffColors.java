// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import dev.myna.loaders.image.codec.DamagedImageException;
import java.io.IOException;

/** Samples, one byte each, to RGB. */
final class TiffColors {
    private final TiffLayout layout;

    /** Red, green and blue of each value of a gray or palette image of at most 8 bits; null where there is no table. */
    private final byte[] table;

    private final int used;
    private final byte[] pixel;

    private TiffColors(TiffLayout layout, byte[] table) {
        this.layout = layout;
        this.table = table;
        int colors = layout.meaning() == TiffLayout.RGB ? 3 : layout.meaning() == TiffLayout.CMYK ? 4 : 1;
        this.used = layout.premultiplied() ? 4 : colors;
        this.pixel = new byte[used];
    }

    static TiffColors of(TiffLayout layout, TiffDirectory tags) throws IOException {
        if (layout.meaning() > TiffLayout.PALETTE || layout.meaning() == TiffLayout.RGB) {
            return new TiffColors(layout, null);
        }
        int values = 1 << Math.min(layout.bits(), 8);
        byte[] table = new byte[3 * values];
        if (layout.meaning() == TiffLayout.PALETTE) {
            palette(tags, values, table);
        } else {
            for (int i = 0; i < values; i++) {
                int gray = i * 255 / (values - 1);
                byte shown = (byte) (layout.meaning() == TiffLayout.WHITE_IS_ZERO ? 255 - gray : gray);
                table[3 * i] = shown;
                table[3 * i + 1] = shown;
                table[3 * i + 2] = shown;
            }
        }
        return new TiffColors(layout, table);
    }

    private static void palette(TiffDirectory tags, int values, byte[] table) throws IOException {
        if (tags.count(TiffLayout.COLOR_MAP) < 3 * values) {
            throw new DamagedImageException("a palette of " + tags.count(TiffLayout.COLOR_MAP) + " values");
        }
        boolean bytes = true;
        for (int i = 0; i < 3 * values; i++) {
            bytes &= tags.value(TiffLayout.COLOR_MAP, i) < 256;
        }
        for (int i = 0; i < values; i++) {
            for (int c = 0; c < 3; c++) {
                long value = tags.value(TiffLayout.COLOR_MAP, c * values + i);
                // Some writers put bytes where 16 bits belong.
                table[3 * i + c] = (byte) (bytes ? value : value >> 8);
            }
        }
    }

    /** Samples of a pixel that make its colour. */
    int planesUsed() {
        return used;
    }

    /** Expands one row whose samples lie together. */
    void expand(byte[] row, int columns, byte[] rgb, int at) {
        int samples = layout.chunkySamples();
        for (int x = 0, to = at; x < columns; x++, to += 3) {
            for (int c = 0; c < used; c++) {
                pixel[c] = TiffRows.sample(layout, row, x * samples + c);
            }
            put(rgb, to);
        }
    }

    /** Expands samples gathered from {@code planes} planes. */
    void expandGathered(byte[] gathered, int planes, byte[] rgb) {
        for (int from = 0, to = 0; to < rgb.length; from += planes, to += 3) {
            System.arraycopy(gathered, from, pixel, 0, used);
            put(rgb, to);
        }
    }

    private void put(byte[] rgb, int to) {
        if (table != null) {
            System.arraycopy(table, 3 * (pixel[0] & 0xff), rgb, to, 3);
            return;
        }
        int fourth = used == 4 ? pixel[3] & 0xff : 0;
        for (int c = 0; c < 3; c++) {
            int value = pixel[c] & 0xff;
            if (layout.meaning() == TiffLayout.CMYK) {
                int paper = 255 - fourth;
                int product = value * paper + 128;
                value = Math.max(0, paper - ((product >> 8) + product >> 8));
            } else if (layout.premultiplied() && fourth > 0 && fourth < 255) {
                value = Math.min(255, 255 * value / fourth);
            }
            rgb[to + c] = (byte) value;
        }
    }
}
