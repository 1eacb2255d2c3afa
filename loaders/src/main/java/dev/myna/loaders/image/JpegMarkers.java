// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image;

import java.io.IOException;

/**
 * What the segments of a JPEG file say about its colours and orientation.
 *
 * @param transform how the stored components become colours
 * @param exif where the TIFF structure of the EXIF segment begins, or -1
 * @param exifEnd where that segment ends
 */
record JpegMarkers(Transform transform, int exif, int exifEnd) {
    /** A progressive file can ask for a full pass over the picture in a few bytes: bounds the decoding time. */
    private static final int MAX_SCANS = 500;

    /** How stored components become colours. */
    enum Transform {
        /** One component, or three or four that are colours already. */
        NONE,
        /** Y Cb Cr (and K). */
        YCC
    }

    /** Walks the segments; stops quietly where they stop making sense, which is the codec's to judge. */
    static JpegMarkers of(byte[] jpeg) throws IOException {
        int adobe = -1;
        boolean jfif = false;
        int exif = -1;
        int exifEnd = -1;
        int scans = 0;
        int components = 0;
        boolean namedRgb = false;
        int at = 2;
        while (at + 4 <= jpeg.length) {
            int marker = jpeg[at + 1] & 0xff;
            if (jpeg[at] != (byte) 0xff || marker == 0 || marker == 0xff || marker >= 0xd0 && marker <= 0xd7) {
                at++;
                continue;
            }
            if (marker == 0xd9) {
                break;
            }
            int length = (jpeg[at + 2] & 0xff) << 8 | jpeg[at + 3] & 0xff;
            int data = at + 4;
            int end = Math.min(at + 2 + Math.max(length, 2), jpeg.length);
            if (marker == 0xe0 && has(jpeg, data, end, "JFIF\0")) {
                jfif = true;
            } else if (marker == 0xee && has(jpeg, data, end, "Adobe") && data + 12 <= end) {
                adobe = jpeg[data + 11] & 0xff;
            } else if (marker == 0xe1 && exif < 0 && has(jpeg, data, end, "Exif\0")) {
                exif = data + 6;
                exifEnd = end;
            } else if (isFrame(marker) && components == 0 && data + 6 <= end) {
                components = jpeg[data + 5] & 0xff;
                namedRgb = data + 13 <= end && jpeg[data + 6] == 'R' && jpeg[data + 9] == 'G' && jpeg[data + 12] == 'B';
            } else if (marker == 0xda && ++scans > MAX_SCANS) {
                throw new dev.myna.loaders.image.codec.WorkLimitException("the JPEG data have more than " + MAX_SCANS
                        + " scans; save the picture again as baseline JPEG");
            }
            at = end;
        }
        boolean ycc = switch (components) {
            case 3 -> jfif || (adobe >= 0 ? adobe != 0 : !namedRgb);
            case 4 -> adobe == 2;
            default -> false;
        };
        return new JpegMarkers(ycc ? Transform.YCC : Transform.NONE, exif, exifEnd);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static boolean has(byte[] bytes, int at, int end, String latin1) {
        if (at + latin1.length() > end) {
            return false;
        }
        for (int i = 0; i < latin1.length(); i++) {
            if (bytes[at + i] != latin1.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
