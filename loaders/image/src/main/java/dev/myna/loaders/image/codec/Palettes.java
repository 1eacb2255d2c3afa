// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.codec;

/** Palettes of 256 entries of red, green, blue. */
public final class Palettes {
    private Palettes() {}

    /**
     * Shades of gray, for files without a palette and, as in the usual library, for indices beyond the end of a
     * shorter one, which is written over their beginning.
     */
    public static byte[] grays() {
        byte[] palette = new byte[3 * 256];
        for (int i = 0; i < palette.length; i++) {
            palette[i] = (byte) (i / 3);
        }
        return palette;
    }
}
