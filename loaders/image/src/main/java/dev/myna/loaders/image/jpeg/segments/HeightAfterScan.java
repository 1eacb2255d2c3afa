// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

/** The DNL segment, which gives the height after the first scan when the frame header leaves it open (T.81 B.2.5). */
final class HeightAfterScan {
    private HeightAfterScan() {}

    /** @return the height, or 0 if no DNL segment follows the first scan; the reader stays where it is */
    static int find(SegmentReader in) {
        byte[] data = in.data();
        boolean scan = false;
        for (int i = in.position() + in.remaining(); i + 5 < data.length; i++) {
            int marker = data[i] == (byte) 0xff ? data[i + 1] & 0xff : 0;
            if (marker == 0 || marker == 0xff || Marker.isAlone(marker)) {
                continue;
            }
            if (marker == Marker.DNL) {
                return (data[i + 4] & 0xff) << 8 | data[i + 5] & 0xff;
            }
            if (scan) {
                return 0;
            }
            scan = marker == Marker.SOS;
            i += 1 + ((data[i + 2] & 0xff) << 8 | data[i + 3] & 0xff);
        }
        return 0;
    }
}
