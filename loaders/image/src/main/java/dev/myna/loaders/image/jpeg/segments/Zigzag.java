// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

/** The order of coefficients in the file (T.81 figure A.6). */
public final class Zigzag {
    /** The place of the k-th coefficient of the file in natural order, 8 x row + column. */
    public static final int[] NATURAL = natural();

    private Zigzag() {}

    private static int[] natural() {
        int[] natural = new int[64];
        int row = 0;
        int column = 0;
        for (int k = 0; k < 64; k++) {
            natural[k] = 8 * row + column;
            boolean up = (row + column) % 2 == 0;
            if (up && column == 7) {
                row++;
            } else if (up && row == 0) {
                column++;
            } else if (up) {
                row--;
                column++;
            } else if (row == 7) {
                column++;
            } else if (column == 0) {
                row++;
            } else {
                row++;
                column--;
            }
        }
        return natural;
    }
}
