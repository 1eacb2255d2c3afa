// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.awt.image.Raster;

/**
 * Stored JPEG components to RGB. Done here rather than in the codecs because theirs apply colour profiles, and guess
 * differently from the usual library which files are YCbCr.
 */
final class JpegColors {
    private JpegColors() {}

    static RgbImage toRgb(Raster raster, JpegMarkers markers) {
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int shift = Math.max(raster.getSampleModel().getSampleSize(0) - 8, 0);
        boolean ycc = markers.transform() == JpegMarkers.Transform.YCC;
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, raster.getHeight()), 3)];
        int[] row = null;
        int[] pixel = new int[4];
        int at = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            row = raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    pixel[c] = row[x * bands + (bands < 3 ? 0 : c)] >>> shift;
                }
                if (ycc) {
                    yccToRgb(pixel);
                }
                if (bands == 4) {
                    pixel[3] = row[x * bands + 3] >>> shift;
                    inksToRgb(pixel, ycc);
                }
                rgb[at++] = (byte) pixel[0];
                rgb[at++] = (byte) pixel[1];
                rgb[at++] = (byte) pixel[2];
            }
        }
        return new RgbImage(width, raster.getHeight(), rgb);
    }

    /** ITU-R BT.601 full range with 16 fractional bits, as JFIF prescribes. */
    private static void yccToRgb(int[] pixel) {
        int y = pixel[0];
        int cb = pixel[1] - 128;
        int cr = pixel[2] - 128;
        pixel[0] = clamp(y + (91881 * cr + 32768 >> 16));
        pixel[1] = clamp(y + (-22554 * cb - 46802 * cr + 32768 >> 16));
        pixel[2] = clamp(y + (116130 * cb + 32768 >> 16));
    }

    /** Files keep CMYK inverted (255 is no ink); the YCC form keeps the inks of C, M and Y upright. */
    private static void inksToRgb(int[] pixel, boolean upright) {
        int paper = pixel[3];
        for (int c = 0; c < 3; c++) {
            int ink = upright ? pixel[c] : 255 - pixel[c];
            int product = ink * paper + 128;
            pixel[c] = clamp(paper - ((product >> 8) + product >> 8));
        }
    }

    private static int clamp(int value) {
        return Math.clamp(value, 0, 255);
    }
}
