// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.util.Arrays;

/**
 * Antialiased resampling, bit-exact with Pillow (docs/spec/models.md 4.4): a horizontal pass into 8 bits, then a
 * vertical one. Works row by row: besides source and result, it stores only the rows that one output row needs.
 */
public final class Resampler {
    private static final int HALF = 1 << (ResampleWeights.PRECISION - 1);

    private Resampler() {}

    /** Resizes to {@code width x height}. */
    public static RgbImage resize(RgbImage image, int width, int height, ResampleFilter filter) {
        return resize(Canvas.of(image), width, height, new Window(0, 0, width, height), filter);
    }

    /** Bicubic {@link #resize(RgbImage, int, int, ResampleFilter)}. */
    public static RgbImage bicubic(RgbImage image, int width, int height) {
        return resize(image, width, height, ResampleFilter.BICUBIC);
    }

    /** Resizes to {@code width x height}, bicubic, and returns {@code window} of the result; the rest is not computed. */
    public static RgbImage bicubic(RgbImage image, int width, int height, Window window) {
        return bicubic(Canvas.of(image), width, height, window);
    }

    /** Bicubic {@link #resize(Canvas, int, int, Window, ResampleFilter)}. */
    public static RgbImage bicubic(Canvas canvas, int width, int height, Window window) {
        return resize(canvas, width, height, window, ResampleFilter.BICUBIC);
    }

    /**
     * Resizes a canvas to {@code width x height} and returns {@code window} of the result.
     *
     * @throws IllegalArgumentException if the window does not lie within {@code width x height}
     */
    public static RgbImage resize(Canvas canvas, int width, int height, Window window, ResampleFilter filter) {
        if (window.width() > width - window.left() || window.height() > height - window.top()) {
            throw new IllegalArgumentException(window + " does not lie within " + width + "x" + height);
        }
        RgbImage image = canvas.image();
        ResampleWeights columns = ResampleWeights.of(
                filter, canvas.width(), width, window.left(), window.width(), canvas.left(), image.width());
        ResampleWeights rows = ResampleWeights.of(
                filter, canvas.height(), height, window.top(), window.height(), canvas.top(), image.height());
        return new RgbImage(window.width(), window.height(), resample(image, canvas.fill(), columns, rows));
    }

    private static byte[] resample(RgbImage image, int fill, ResampleWeights columns, ResampleWeights rows) {
        int stride = columns.count() * 3;
        int[] fillShare = fillShare(columns, fill);
        byte[] fillRow = fillRow(columns, fill);
        byte[][] ring = new byte[rows.longest()][stride];
        int[] sums = new int[stride];
        byte[] out = new byte[Math.multiplyExact(stride, rows.count())];
        int ready = 0;
        for (int i = 0; i < rows.count(); i++) {
            int begin = rows.begin(i);
            int end = begin + rows.taps(i);
            for (int y = Math.max(ready, begin); y < end; y++) {
                horizontal(image, y, columns, fillShare, ring[y % ring.length]);
            }
            ready = Math.max(ready, end);
            int outside = rows.outside(i);
            for (int x = 0; x < stride; x++) {
                sums[x] = HALF + outside * (fillRow[x] & 0xff);
            }
            for (int y = begin; y < end; y++) {
                accumulate(sums, ring[y % ring.length], rows.weight(i, y - begin));
            }
            for (int x = 0; x < stride; x++) {
                out[i * stride + x] = clamp(sums[x]);
            }
        }
        return out;
    }

    private static void horizontal(RgbImage image, int y, ResampleWeights columns, int[] fillShare, byte[] row) {
        byte[] rgb = image.rgb();
        int[] weights = columns.weights();
        for (int i = 0; i < columns.count(); i++) {
            int from = (y * image.width() + columns.begin(i)) * 3;
            int red = fillShare[i * 3];
            int green = fillShare[i * 3 + 1];
            int blue = fillShare[i * 3 + 2];
            int end = columns.offset(i) + columns.taps(i);
            for (int k = columns.offset(i); k < end; k++, from += 3) {
                int weight = weights[k];
                red += weight * (rgb[from] & 0xff);
                green += weight * (rgb[from + 1] & 0xff);
                blue += weight * (rgb[from + 2] & 0xff);
            }
            row[i * 3] = clamp(red);
            row[i * 3 + 1] = clamp(green);
            row[i * 3 + 2] = clamp(blue);
        }
    }

    private static void accumulate(int[] sums, byte[] row, int weight) {
        for (int x = 0; x < sums.length; x++) {
            sums[x] += weight * (row[x] & 0xff);
        }
    }

    /** The sum of rounding and canvas for each output sample of a row. */
    private static int[] fillShare(ResampleWeights columns, int fill) {
        int[] share = new int[columns.count() * 3];
        Arrays.setAll(share, x -> HALF + columns.outside(x / 3) * channel(fill, x % 3));
        return share;
    }

    /** The horizontal pass over a row of canvas only. */
    private static byte[] fillRow(ResampleWeights columns, int fill) {
        byte[] row = new byte[columns.count() * 3];
        for (int x = 0; x < row.length; x++) {
            row[x] = clamp(HALF + columns.total(x / 3) * channel(fill, x % 3));
        }
        return row;
    }

    private static int channel(int fill, int channel) {
        return fill >> (16 - 8 * channel) & 0xff;
    }

    private static byte clamp(int sum) {
        return (byte) Math.clamp(sum >> ResampleWeights.PRECISION, 0, 255);
    }
}
