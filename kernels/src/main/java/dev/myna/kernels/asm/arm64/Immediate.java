// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.asm.arm64;

/** Encodes immediates that are not plain bit fields. */
final class Immediate {
    private Immediate() {}

    /**
     * The N, immr and imms fields of a logical immediate: an element of 2 to 64 bits, repeated, that holds a rotated run of
     * ones.
     */
    static int logical(long value, int width) {
        long all = width == 64 ? value : value << 32 | value & 0xffffffffL;
        if (width == 32 && value >>> 32 != 0 && value >>> 32 != 0xffffffffL || all == 0 || all == -1) {
            throw notEncodable(value);
        }
        int size = 64;
        while (size > 2 && repeats(all, size / 2)) {
            size /= 2;
        }
        long mask = -1L >>> 64 - size;
        long element = all & mask;
        int ones = Long.bitCount(element);
        long run = (1L << ones) - 1;
        for (int rotation = 0; rotation < size; rotation++) {
            long rotated = (run >>> rotation | run << size - rotation) & mask;
            if (rotated == element) {
                int n = size == 64 ? 1 : 0;
                int imms = (-(size << 1) & 0x3f | ones - 1) & 0x3f;
                return n << 22 | rotation << 16 | imms << 10;
            }
        }
        throw notEncodable(value);
    }

    private static boolean repeats(long value, int size) {
        long mask = (1L << size) - 1;
        return (value & mask) == (value >>> size & mask) && value == Long.rotateRight(value, size);
    }

    private static IllegalArgumentException notEncodable(long value) {
        return new IllegalArgumentException("no logical immediate: 0x" + Long.toHexString(value));
    }
}
