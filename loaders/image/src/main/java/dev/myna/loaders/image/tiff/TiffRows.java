// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import java.nio.ByteOrder;
import java.util.Arrays;

/** Operations on rows of samples before colour conversion. */
final class TiffRows {
    private TiffRows() {}

    /** Adds to each sample the one of the same kind in the pixel to its left. */
    static void undoDifferences(TiffLayout layout, byte[] row) {
        int samples = layout.chunkySamples();
        if (layout.bits() == 8) {
            for (int i = samples; i < row.length; i++) {
                row[i] += row[i - samples];
            }
            return;
        }
        int low = layout.order() == ByteOrder.LITTLE_ENDIAN ? 0 : 1;
        int high = 1 - low;
        for (int i = 2 * samples; i + 1 < row.length; i += 2) {
            int left = i - 2 * samples;
            int sum = (row[i + low] & 0xff)
                    + (row[left + low] & 0xff)
                    + ((row[i + high] & 0xff) + (row[left + high] & 0xff) << 8);
            row[i + low] = (byte) sum;
            row[i + high] = (byte) (sum >> 8);
        }
    }

    /**
     * Copies the samples of one plane, one byte each, to every {@code step}-th place from {@code at} on.
     */
    static void gather(TiffLayout layout, byte[] row, int columns, byte[] gathered, int at, int step) {
        for (int x = 0, to = at; x < columns; x++, to += step) {
            gathered[to] = sample(layout, row, x);
        }
    }

    /** A sample as one byte: the high byte of 16 bits, narrow ones unchanged. */
    static byte sample(TiffLayout layout, byte[] row, int index) {
        int bits = layout.bits();
        if (bits == 8) {
            return row[index];
        }
        if (bits == 16) {
            return row[2 * index + (layout.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 0)];
        }
        int bit = index * bits;
        return (byte) (row[bit >> 3] >> 8 - bits - (bit & 7) & (1 << bits) - 1);
    }

    /** A copy of the bytes, each with its bits in reverse. */
    static byte[] reversed(byte[] bytes, int begin, int end) {
        byte[] copy = Arrays.copyOfRange(bytes, begin, end);
        for (int i = 0; i < copy.length; i++) {
            copy[i] = (byte) (Integer.reverse(copy[i]) >>> 24);
        }
        return copy;
    }
}
