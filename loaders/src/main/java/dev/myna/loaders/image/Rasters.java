// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Decoded samples to 8-bit RGB without any colour conversion (spec models.md 4.1). */
final class Rasters {
    private Rasters() {}

    /** Palette entries, or the raster's own samples: gray for one or two bands, RGB for three or four. */
    static RgbImage toRgb(BufferedImage image) {
        return image.getColorModel() instanceof IndexColorModel palette
                ? toRgb(image.getRaster(), colours(palette))
                : toRgb(image.getRaster());
    }

    /** @param colours 0xRRGGBB per index; an index beyond them is black */
    static RgbImage toRgb(Raster raster, int[] colours) {
        int width = raster.getWidth();
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, raster.getHeight()), 3)];
        int[] row = null;
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            row = raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int colour = row[x] < colours.length ? colours[row[x]] : 0;
                rgb[at++] = (byte) (colour >> 16);
                rgb[at++] = (byte) (colour >> 8);
                rgb[at++] = (byte) colour;
            }
        }
        return new RgbImage(width, raster.getHeight(), rgb);
    }

    /** The palette as 0xRRGGBB; transparent entries keep their colour. */
    static int[] colours(IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        return colours;
    }

    private static RgbImage toRgb(Raster raster) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, raster.getHeight()), 3)];
        int[] bits = raster.getSampleModel().getSampleSize();
        int green = bands < 3 ? 0 : 1;
        int blue = bands < 3 ? 0 : 2;
        int[] row = null;
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            row = raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                rgb[at++] = toByte(row[x * bands], bits[0]);
                rgb[at++] = toByte(row[x * bands + green], bits[green]);
                rgb[at++] = toByte(row[x * bands + blue], bits[blue]);
            }
        }
        return new RgbImage(width, raster.getHeight(), rgb);
    }

    /** The high byte of a wide sample; a narrow one (16-bit BMP) stretched to 0..255. */
    static byte toByte(int sample, int bits) {
        return (byte) (bits >= 8 ? sample >>> (bits - 8) : sample * 255 / ((1 << bits) - 1));
    }
}
