// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

/** Pixels are stored as differences to a prediction from their neighbours (RFC 9649, section 3.5.1). */
final class PredictorTransform implements Transform {
    private static final int BLACK = 0xff000000;

    private final int width;
    private final int bits;

    /** The predictor of every block of 2^bits x 2^bits pixels, in the green byte. */
    private final int[] modes;

    /** The row above, and behind its end the first pixel of this row: the last pixel's neighbour to the upper right. */
    private final int[] above;

    PredictorTransform(int width, int bits, int[] modes) {
        this.width = width;
        this.bits = bits;
        this.modes = modes;
        above = new int[width + 1];
    }

    @Override
    public void undo(int[] row, int y) {
        if (y == 0) {
            row[0] = Argb.add(row[0], BLACK);
            for (int x = 1; x < width; x++) {
                row[x] = Argb.add(row[x], row[x - 1]);
            }
        } else {
            row[0] = Argb.add(row[0], above[0]);
            above[width] = row[0];
            int block = (y >> bits) * Regions.blocks(width, bits);
            int from = 1;
            while (from < width) {
                int to = Math.min(width, (from >> bits) + 1 << bits);
                predict(modes[block + (from >> bits)] >> 8 & 15, row, from, to);
                from = to;
            }
        }
        System.arraycopy(row, 0, above, 0, width);
    }

    private void predict(int mode, int[] row, int from, int to) {
        int[] a = above;
        int left = row[from - 1];
        for (int x = from; x < to; x++) {
            int prediction = switch (mode) {
                case 1 -> left;
                case 2 -> a[x];
                case 3 -> a[x + 1];
                case 4 -> a[x - 1];
                case 5 -> Argb.average(Argb.average(left, a[x + 1]), a[x]);
                case 6 -> Argb.average(left, a[x - 1]);
                case 7 -> Argb.average(left, a[x]);
                case 8 -> Argb.average(a[x - 1], a[x]);
                case 9 -> Argb.average(a[x], a[x + 1]);
                case 10 -> Argb.average(Argb.average(left, a[x - 1]), Argb.average(a[x], a[x + 1]));
                case 11 -> Argb.select(left, a[x], a[x - 1]);
                case 12 -> Argb.gradient(left, a[x], a[x - 1]);
                case 13 -> Argb.halfGradient(left, a[x], a[x - 1]);
                default -> BLACK; // 0, and the two undefined predictors
            };
            left = Argb.add(row[x], prediction);
            row[x] = left;
        }
    }
}
