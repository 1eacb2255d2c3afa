// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import java.util.Arrays;

/**
 * Predicts a plane of a macroblock as a whole, from the line above and the column to the left (RFC 6386, section
 * 12.2).
 */
final class Prediction {
    private static final int NOTHING_KNOWN = 128;

    private Prediction() {}

    /**
     * Writes the prediction of a square.
     *
     * @param size 16 for luma, 8 for chroma
     * @param hasLeft whether the average may use the column to the left
     * @param hasAbove whether it may use the line above
     */
    static void predict(int mode, int size, byte[] s, int at, int stride, boolean hasLeft, boolean hasAbove) {
        switch (mode) {
            case IntraModes.DC -> {
                byte average = (byte) average(size, s, at, stride, hasLeft, hasAbove);
                for (int y = 0; y < size; y++) {
                    Arrays.fill(s, at + y * stride, at + y * stride + size, average);
                }
            }
            case IntraModes.VERTICAL -> {
                for (int y = 0; y < size; y++) {
                    System.arraycopy(s, at - stride, s, at + y * stride, size);
                }
            }
            case IntraModes.HORIZONTAL -> {
                for (int y = 0; y < size; y++) {
                    int line = at + y * stride;
                    Arrays.fill(s, line, line + size, s[line - 1]);
                }
            }
            default -> trueMotion(size, s, at, stride);
        }
    }

    /** The line above, moved by the difference between the sample to the left and the corner. */
    static void trueMotion(int size, byte[] s, int at, int stride) {
        int above = at - stride;
        int corner = s[above - 1] & 0xff;
        for (int y = 0; y < size; y++) {
            int line = at + y * stride;
            int difference = (s[line - 1] & 0xff) - corner;
            for (int x = 0; x < size; x++) {
                s[line + x] = (byte) Math.max(0, Math.min((s[above + x] & 0xff) + difference, 255));
            }
        }
    }

    private static int average(int size, byte[] s, int at, int stride, boolean hasLeft, boolean hasAbove) {
        int sum = 0;
        int count = 0;
        if (hasLeft) {
            for (int y = 0; y < size; y++) {
                sum += s[at + y * stride - 1] & 0xff;
            }
            count += size;
        }
        if (hasAbove) {
            for (int x = 0; x < size; x++) {
                sum += s[at - stride + x] & 0xff;
            }
            count += size;
        }
        return count == 0 ? NOTHING_KNOWN : (sum + count / 2) / count;
    }
}
