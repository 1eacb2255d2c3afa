// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import dev.myna.loaders.image.tiff.TiffDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The orientation tag of an EXIF block. A general EXIF reader follows offsets and counts from the file. This one reads the
 * entries of the first directory in place and allocates nothing.
 */
final class Exif {
    private static final int ORIENTATION_TAG = 0x0112;
    private static final int SHORT_TYPE = 3;
    private static final int ENTRY_BYTES = 12;
    private static final int APP1 = 0xe1;
    private static final int SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;

    private Exif() {}

    /** The image's orientation; upright if there is no valid EXIF block. */
    static ExifOrientation orientation(ImageFormat format, byte[] encoded) throws IOException {
        return switch (format) {
            case JPEG -> inJpeg(encoded);
            case PNG -> inPng(encoded);
            case WEBP -> {
                int[] chunk = WebpChunks.find(encoded, "EXIF");
                yield chunk == null ? ExifOrientation.UPRIGHT : parse(encoded, afterPrefix(encoded, chunk), chunk[1]);
            }
            case TIFF -> ExifOrientation.of(TiffDecoder.orientation(encoded));
            case GIF, BMP -> ExifOrientation.UPRIGHT;
        };
    }

    /** Some writers put JPEG's {@code Exif\0\0} before the block in other containers too. */
    private static int afterPrefix(byte[] encoded, int[] chunk) {
        byte[] prefix = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
        int end = Math.min(chunk[0] + prefix.length, chunk[1]);
        boolean prefixed = Arrays.equals(encoded, chunk[0], end, prefix, 0, prefix.length);
        return prefixed ? end : chunk[0];
    }

    /** Segments precede the first scan; bytes between them are skipped. */
    private static ExifOrientation inJpeg(byte[] jpeg) {
        int at = 2;
        while (at + 4 <= jpeg.length) {
            int marker = jpeg[at + 1] & 0xff;
            if (jpeg[at] != (byte) 0xff || marker == 0 || marker == 0xff || marker >= 0xd0 && marker <= 0xd8) {
                at++;
                continue;
            }
            if (marker == SCAN || marker == END_OF_IMAGE) {
                break;
            }
            int length = (jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff;
            int end = Math.min(at + 2 + Math.max(length, 2), jpeg.length);
            if (marker == APP1 && end - at >= 10 && Signatures.at(jpeg, at + 4, "Exif\0")) {
                return parse(jpeg, at + 10, end);
            }
            at = end;
        }
        return ExifOrientation.UPRIGHT;
    }

    private static ExifOrientation inPng(byte[] png) {
        ByteBuffer bytes = ByteBuffer.wrap(png);
        int at = 8;
        while (at + 12 <= png.length) {
            int length = bytes.getInt(at);
            if (length < 0 || length > png.length - at - 12) {
                break;
            }
            if (bytes.getInt(at + 4) == 0x65584966) {
                return parse(png, afterPrefix(png, new int[] {at + 8, at + 8 + length}), at + 8 + length);
            }
            at += 12 + length;
        }
        return ExifOrientation.UPRIGHT;
    }

    private static ExifOrientation parse(byte[] encoded, int begin, int end) {
        if (end - begin < 8) {
            return ExifOrientation.UPRIGHT;
        }
        ByteBuffer tiff = ByteBuffer.wrap(encoded, begin, end - begin).slice();
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xffffffffL;
        if (directory + 2 > tiff.limit()) {
            return ExifOrientation.UPRIGHT;
        }
        int first = (int) directory + 2;
        int entries = Math.min(tiff.getShort((int) directory) & 0xffff, (tiff.limit() - first) / ENTRY_BYTES);
        for (int i = 0; i < entries; i++) {
            int entry = first + i * ENTRY_BYTES;
            if ((tiff.getShort(entry) & 0xffff) == ORIENTATION_TAG && tiff.getShort(entry + 2) == SHORT_TYPE) {
                return ExifOrientation.of(tiff.getShort(entry + 8) & 0xffff);
            }
        }
        return ExifOrientation.UPRIGHT;
    }
}
