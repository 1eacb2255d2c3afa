// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.png;

import dev.myna.loaders.image.codec.DamagedImageException;
import java.io.IOException;

/** The five row filters (ISO/IEC 15948, 9.2), undone in place. */
final class PngFilter {
    private PngFilter() {}

    /**
     * @param type the row's filter byte
     * @param row the filtered row, becomes the plain one
     * @param above the plain row above, zeros above the first
     * @param length bytes of the row
     * @param distance bytes from a pixel to its left neighbour, at least 1
     */
    static void undo(int type, byte[] row, byte[] above, int length, int distance) throws IOException {
        switch (type) {
            case 0 -> {}
            case 1 -> {
                for (int i = distance; i < length; i++) {
                    row[i] += row[i - distance];
                }
            }
            case 2 -> {
                for (int i = 0; i < length; i++) {
                    row[i] += above[i];
                }
            }
            case 3 -> {
                for (int i = 0; i < length; i++) {
                    int left = i < distance ? 0 : row[i - distance] & 0xff;
                    row[i] += (byte) (left + (above[i] & 0xff) >> 1);
                }
            }
            case 4 -> paeth(row, above, length, distance);
            default -> throw new DamagedImageException("no row filter has the number " + type);
        }
    }

    private static void paeth(byte[] row, byte[] above, int length, int distance) {
        for (int i = 0; i < Math.min(distance, length); i++) {
            row[i] += above[i];
        }
        for (int i = distance; i < length; i++) {
            int left = row[i - distance] & 0xff;
            int up = above[i] & 0xff;
            int corner = above[i - distance] & 0xff;
            int toLeft = Math.abs(up - corner);
            int toUp = Math.abs(left - corner);
            int toCorner = Math.abs(left + up - 2 * corner);
            row[i] += (byte) (toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner);
        }
    }
}
