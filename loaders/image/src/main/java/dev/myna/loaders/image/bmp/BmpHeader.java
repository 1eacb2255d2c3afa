// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.bmp;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.Palettes;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.IOException;

/**
 * The headers of a BMP.
 *
 * @param bits a pixel
 * @param compression {@link #RGB}, {@link #RLE8}, {@link #RLE4} or {@link #BITFIELDS}
 * @param topDown whether the first row in the file is the top one
 * @param pixels where the pixels begin
 * @param masks of red, green and blue in pixels of 16 or 32 bits; else null
 * @param palette 256 entries of red, green, blue; null in pixels of more than 8 bits
 */
record BmpHeader(
        int width,
        int height,
        int bits,
        int compression,
        boolean topDown,
        long pixels,
        BmpMask[] masks,
        byte[] palette) {
    static final int RGB = 0;
    static final int RLE8 = 1;
    static final int RLE4 = 2;
    static final int BITFIELDS = 3;

    private static final int FILE_HEADER = 14;
    private static final int CORE_HEADER = 12;
    private static final int OS2_HEADER = 64;
    private static final int SHORT_OS2_HEADER = 16;
    private static final int INFO_HEADER = 40;
    private static final int ALPHA_BITFIELDS = 6;

    static BmpHeader read(byte[] bmp) throws IOException {
        EncodedBytes in = new EncodedBytes(bmp);
        in.skip(10);
        long pixels = in.i32le() & 0xffffffffL;
        int size = in.i32le();
        if (size != CORE_HEADER && size != SHORT_OS2_HEADER && (size < INFO_HEADER || size > 1 << 10)) {
            throw new DamagedImageException("the header has " + (size & 0xffffffffL) + " bytes");
        }
        boolean core = size == CORE_HEADER;
        int width = core ? in.u16le() : in.i32le();
        int height = core ? in.u16le() : in.i32le();
        WorkBudget.requireDecodable(width, Math.abs((long) height));
        in.skip(2);
        int bits = in.u16le();
        int compression = RGB;
        long used = 0;
        if (size >= INFO_HEADER) {
            compression = in.i32le();
            in.skip(12);
            used = in.i32le() & 0xffffffffL;
            in.skip(4);
        }
        requireKnown(bits, compression, size == OS2_HEADER);
        BmpMask[] masks = bits == 16 || bits == 32 ? masks(in, bits, compression) : null;
        long after = FILE_HEADER + (long) size;
        byte[] palette = null;
        if (bits <= 8) {
            in.position(after);
            int entry = core ? 3 : 4;
            long room = pixels > after ? (pixels - after) / entry : 256;
            long entries = used == 0 || used > 1L << bits ? 1L << bits : used;
            palette = palette(in, (int) Math.min(entries, room), entry);
        }
        // Some writers ignore the palette in the offset of the pixels, or write 0.
        long begin = pixels > after || palette == null && pixels == after ? pixels : Math.max(in.position(), after);
        return new BmpHeader(width, Math.abs(height), bits, compression, height < 0, begin, masks, palette);
    }

    private static void requireKnown(int bits, int compression, boolean os2) throws IOException {
        boolean rightBits = switch (compression) {
            case RGB -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
            case RLE8 -> bits == 8;
            case RLE4 -> bits == 4;
            case BITFIELDS, ALPHA_BITFIELDS -> bits == 16 || bits == 32;
            default -> true;
        };
        if (compression == BITFIELDS && os2 && bits == 1) {
            throw new UnsupportedImageException("Huffman compression of OS/2");
        } else if (compression == 4 && os2 && bits == 24) {
            throw new UnsupportedImageException("run lengths of 24-bit pixels");
        } else if (compression == 4 || compression == 5) {
            throw new UnsupportedImageException("a " + (compression == 4 ? "JPEG" : "PNG") + " inside a BMP");
        } else if (compression < 0 || compression > ALPHA_BITFIELDS) {
            throw new UnsupportedImageException("compression " + (compression & 0xffffffffL));
        } else if (!rightBits) {
            throw new DamagedImageException("compression " + compression + " of pixels of " + bits + " bits");
        }
    }

    /** The masks stand behind the common 40 bytes, whether the header has room for them or not. */
    private static BmpMask[] masks(EncodedBytes in, int bits, int compression) throws IOException {
        if (compression == RGB) {
            return bits == 16
                    ? new BmpMask[] {BmpMask.of(0x7c00), BmpMask.of(0x3e0), BmpMask.of(0x1f)}
                    : new BmpMask[] {BmpMask.of(0xff0000), BmpMask.of(0xff00), BmpMask.of(0xff)};
        }
        in.position(FILE_HEADER + INFO_HEADER);
        return new BmpMask[] {BmpMask.of(in.i32le()), BmpMask.of(in.i32le()), BmpMask.of(in.i32le())};
    }

    private static byte[] palette(EncodedBytes in, int entries, int entryBytes) throws IOException {
        byte[] palette = Palettes.grays();
        byte[] entry = new byte[entryBytes];
        for (int i = 0; i < 3 * entries; i += 3) {
            in.read(entry, 0, entryBytes);
            palette[i] = entry[2];
            palette[i + 1] = entry[1];
            palette[i + 2] = entry[0];
        }
        return palette;
    }
}
