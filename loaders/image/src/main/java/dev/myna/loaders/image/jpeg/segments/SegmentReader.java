// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.segments;

import java.io.IOException;

/** Reads markers and the numbers of their segments (T.81 B.1.1). Reading never leaves the current segment. */
public final class SegmentReader {
    private final byte[] data;
    private int position;
    private int end;

    /** @throws IOException if the data do not begin with SOI */
    public SegmentReader(byte[] data) throws IOException {
        this.data = data;
        if (data.length < 2 || data[0] != (byte) 0xff || data[1] != (byte) Marker.SOI) {
            throw Faults.damaged(0, "no start of image");
        }
        position = 2;
    }

    /**
     * Finds the next marker. Fill bytes before it are allowed (B.1.1.2); other bytes are skipped too, since many
     * encoders leave some.
     *
     * @return its second byte, or {@link Marker#END_OF_DATA}
     */
    public int nextMarker() {
        while (position + 1 < data.length) {
            int marker = data[position] == (byte) 0xff ? data[position + 1] & 0xff : 0;
            if (marker != 0 && marker != 0xff) {
                position += 2;
                return marker;
            }
            position++;
        }
        position = data.length;
        return Marker.END_OF_DATA;
    }

    /** Reads the length after a marker; what follows reads within the segment. */
    public void enter() throws IOException {
        int start = position;
        end = data.length;
        int length = u16();
        if (length < 2) {
            throw Faults.damaged(start, "a segment's length is " + length);
        }
        if (start + length > data.length) {
            throw Faults.endsEarly("at byte " + data.length + " inside a segment");
        }
        end = start + length;
    }

    /** Goes behind the current segment. */
    public void leave() {
        position = end;
    }

    /** Bytes of the current segment not yet read. */
    public int remaining() {
        return end - position;
    }

    public int u8() throws IOException {
        if (position >= end) {
            if (end == data.length) {
                throw Faults.endsEarly("at byte " + end + " inside a segment");
            }
            throw Faults.damaged(position, "a segment is too short");
        }
        return data[position++] & 0xff;
    }

    public int u16() throws IOException {
        int high = u8();
        return high << 8 | u8();
    }

    /** Whether the rest of the segment begins with these characters. */
    public boolean begins(String latin1) {
        if (remaining() < latin1.length()) {
            return false;
        }
        for (int i = 0; i < latin1.length(); i++) {
            if (data[position + i] != latin1.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    public void skip(int bytes) throws IOException {
        if (bytes > remaining()) {
            throw Faults.damaged(position, "a segment is too short");
        }
        position += bytes;
    }

    byte[] data() {
        return data;
    }

    /** Offset of the next byte in the file. */
    public int position() {
        return position;
    }

    public void seek(int offset) {
        position = offset;
    }
}
