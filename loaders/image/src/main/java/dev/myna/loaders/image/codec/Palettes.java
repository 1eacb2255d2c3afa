// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

/** Palettes of 256 entries of red, green, blue. */
public final class Palettes {
    private Palettes() {}

    /**
     * Shades of gray, for files without a palette. A shorter palette overwrites the first entries, so indices beyond it are
     * gray, as in common libraries.
     */
    public static byte[] grays() {
        byte[] palette = new byte[3 * 256];
        for (int i = 0; i < palette.length; i++) {
            palette[i] = (byte) (i / 3);
        }
        return palette;
    }
}
