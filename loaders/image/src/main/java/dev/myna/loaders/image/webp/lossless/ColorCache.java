// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

/** The colours seen last, by a hash (RFC 9649, section 3.6, "Color Cache Coding"). */
final class ColorCache {
    static final int MAX_BITS = 11;

    private static final int FACTOR = 0x1e35a7bd;

    private final int[] colors;
    private final int shift;

    ColorCache(int bits) {
        colors = new int[1 << bits];
        shift = 32 - bits;
    }

    void add(int argb) {
        colors[argb * FACTOR >>> shift] = argb;
    }

    int get(int index) {
        return colors[index];
    }
}
