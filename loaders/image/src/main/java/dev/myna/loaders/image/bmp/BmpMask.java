// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.bmp;

import dev.myna.loaders.image.codec.DamagedImageException;
import java.io.IOException;

/**
 * Where a channel lies in a pixel of 16 or 32 bits.
 *
 * @param shift bits below it
 * @param bits its width; 0 if the pixels lack this channel, which is then black
 */
record BmpMask(int shift, int bits) {
    static BmpMask of(int mask) throws IOException {
        if (mask == 0) {
            return new BmpMask(0, 0);
        }
        int shift = Integer.numberOfTrailingZeros(mask);
        int bits = Integer.bitCount(mask);
        if (32 - Integer.numberOfLeadingZeros(mask) - shift != bits) {
            throw new DamagedImageException("the mask 0x" + Integer.toHexString(mask) + " has holes");
        }
        return new BmpMask(shift, bits);
    }

    /** The channel stretched, or cut, to 8 bits. */
    byte sample(int pixel) {
        if (bits == 0) {
            return 0;
        }
        int value = (int) ((pixel & 0xffffffffL) >>> shift & (1L << bits) - 1);
        return (byte) (bits >= 8 ? value >>> bits - 8 : value * 255 / ((1 << bits) - 1));
    }
}
