// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.png;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import java.io.IOException;

/**
 * The chunk IHDR.
 *
 * @param width columns
 * @param height rows
 * @param depth bits a sample: 1, 2, 4, 8 or 16
 * @param color what samples mean: {@link #GRAY}, {@link #RGB}, {@link #PALETTE}, {@link #GRAY_ALPHA}, {@link #RGBA}
 * @param interlaced whether the pixels come in the seven passes of Adam7
 */
record PngHeader(int width, int height, int depth, int color, boolean interlaced) {
    static final int GRAY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int GRAY_ALPHA = 4;
    static final int RGBA = 6;

    private static final int BYTES = 13;

    static PngHeader read(EncodedBytes in, int length) throws IOException {
        if (length != BYTES) {
            throw new DamagedImageException("chunk IHDR has " + length + " bytes in place of " + BYTES);
        }
        int width = in.i32be();
        int height = in.i32be();
        int depth = in.u8();
        int color = in.u8();
        boolean known = switch (color) {
            case GRAY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case RGB, GRAY_ALPHA, RGBA -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!known) {
            throw new DamagedImageException("no PNG has colour type " + color + " with " + depth + " bits");
        }
        int compression = in.u8();
        int filter = in.u8();
        int interlace = in.u8();
        if (compression != 0 || filter != 0 || interlace > 1) {
            throw new DamagedImageException("unknown compression " + compression + ", filter method " + filter
                    + " or interlacing " + interlace);
        }
        return new PngHeader(width, height, depth, color, interlace == 1);
    }

    int bitsPerPixel() {
        int samples = switch (color) {
            case RGB -> 3;
            case GRAY_ALPHA -> 2;
            case RGBA -> 4;
            default -> 1;
        };
        return samples * depth;
    }

    /** Bytes of {@code columns} pixels, without the filter byte. */
    int rowBytes(int columns) {
        return (int) (((long) columns * bitsPerPixel() + 7) / 8);
    }
}
