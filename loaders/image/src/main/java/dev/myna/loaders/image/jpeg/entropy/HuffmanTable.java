// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.jpeg.segments.Faults;
import dev.myna.loaders.image.jpeg.segments.SegmentReader;
import java.io.IOException;

/**
 * A Huffman table for decoding (T.81 annex C, F.2.2.3). Codes of up to {@value #LOOKUP_BITS} bits take one look-up; a
 * search over the lengths finds longer ones.
 */
final class HuffmanTable {
    static final int LOOKUP_BITS = 9;

    /** For each sequence of {@value #LOOKUP_BITS} bits: length << 8 | value of the code it begins with, or 0. */
    final short[] lookup = new short[1 << LOOKUP_BITS];

    /** For each length: one more than its largest code, shifted to 16 bits. */
    private final int[] limit = new int[17];

    /** For each length: what to add to a code to find its value's place. */
    private final int[] place = new int[17];

    private final byte[] values;

    /**
     * @param counts how many codes have the lengths 1 to 16, at indices 1 to 16
     * @param values the codes' values, shorter codes first
     * @throws IllegalArgumentException if the lengths are not those of a prefix code
     */
    HuffmanTable(int[] counts, byte[] values) {
        this.values = values;
        int code = 0;
        int next = 0;
        for (int length = 1; length <= 16; length++) {
            place[length] = next - code;
            for (int i = 0; i < counts[length]; i++) {
                if (length <= LOOKUP_BITS) {
                    enter(code, length, values[next]);
                }
                code++;
                next++;
            }
            if (code > 1 << length) {
                throw new IllegalArgumentException(code + " codes of " + length + " bits");
            }
            limit[length] = code << 16 - length;
            code <<= 1;
        }
    }

    private void enter(int code, int length, byte value) {
        int spare = LOOKUP_BITS - length;
        if (code >= 1 << length) {
            throw new IllegalArgumentException("too many codes of " + length + " bits");
        }
        short entry = (short) (length << 8 | value & 0xff);
        int first = code << spare;
        for (int i = first; i < first + (1 << spare); i++) {
            lookup[i] = entry;
        }
    }

    /** @return length << 8 | value of the code at the head of 16 bits, or 0 if there is no such code */
    int search(int bits) {
        for (int length = LOOKUP_BITS + 1; length <= 16; length++) {
            if (bits < limit[length]) {
                return length << 8 | values[place[length] + (bits >> 16 - length)] & 0xff;
            }
        }
        return 0;
    }

    /** Whether every value is a size of a DC difference: 0 to 11 for 8-bit samples, up to 15 in practice (F.1.2.1). */
    boolean fitsDc() {
        for (byte value : values) {
            if ((value & 0xff) > 15) {
                return false;
            }
        }
        return true;
    }

    /** Reads one table of a DHT segment, behind its class and destination (B.2.4.2). */
    static HuffmanTable read(SegmentReader in) throws IOException {
        int at = in.position();
        int[] counts = new int[17];
        int total = 0;
        for (int length = 1; length <= 16; length++) {
            counts[length] = in.u8();
            total += counts[length];
        }
        if (total > 256) {
            throw Faults.damaged(at, "a Huffman table of " + total + " codes");
        }
        byte[] values = new byte[total];
        for (int i = 0; i < total; i++) {
            values[i] = (byte) in.u8();
        }
        try {
            return new HuffmanTable(counts, values);
        } catch (IllegalArgumentException e) {
            throw Faults.damaged(at, "a Huffman table has " + e.getMessage());
        }
    }
}
