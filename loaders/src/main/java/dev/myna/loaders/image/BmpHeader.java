// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

/** The one thing in a BMP header Myna overrides. */
final class BmpHeader {
    private static final int INFO_SIZE = 14;
    private static final int COLOUR_SPACE = 14 + 56;

    private BmpHeader() {}

    /** Profiles are not applied, and a version 5 header may name one as a file to open: declares plain sRGB instead. */
    static byte[] withoutProfile(byte[] bmp) {
        if (bmp.length < COLOUR_SPACE + 4 || (bmp[INFO_SIZE] & 0xff) < 108) {
            return bmp;
        }
        byte[] copy = bmp.clone();
        byte[] srgb = {'B', 'G', 'R', 's'};
        System.arraycopy(srgb, 0, copy, COLOUR_SPACE, srgb.length);
        return copy;
    }
}
