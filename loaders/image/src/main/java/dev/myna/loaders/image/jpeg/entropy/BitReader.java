// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.jpeg.entropy;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.jpeg.segments.Faults;
import java.io.IOException;

/**
 * Reads the bits of entropy-coded segments and removes stuffed zeros (T.81 F.2.2.5). Before a marker and at the end of the
 * data it supplies zeros, so that single bits need no check. Callers check {@link #exhausted()} from time to time.
 */
public final class BitReader {
    private final byte[] data;
    private int position;

    /** The next bits, the first in the sign bit; zeros behind the {@link #count} that are there. */
    private long buffer;

    private int count;

    /** How many zero bits were supplied in place of missing ones. */
    private int supplied;

    private boolean ended;

    public BitReader(byte[] data, int position) {
        this.data = data;
        start(position);
    }

    /** Continues at a byte's first bit. */
    void start(int offset) {
        position = offset;
        buffer = 0;
        count = 0;
        supplied = 0;
        ended = false;
    }

    /** Whether bits beyond the end of the data were used. */
    boolean exhausted() {
        return count < supplied;
    }

    /** Offset of the next byte to load; at most eight bytes ahead of the bits in use, and never behind a marker. */
    int position() {
        return position;
    }

    /** Decodes a symbol. {@link #receive} may follow it once. */
    int symbol(HuffmanTable table) throws IOException {
        if (count < 32) {
            fill();
        }
        int entry = table.lookup[(int) (buffer >>> 64 - HuffmanTable.LOOKUP_BITS)];
        if (entry == 0) {
            entry = table.search((int) (buffer >>> 48));
            if (entry == 0) {
                DamagedImageException fault = damaged("no such Huffman code");
                // If fewer bits were left than a code may have, the data have ended: exhausted() reports it.
                count -= 16;
                throw fault;
            }
        }
        int length = entry >>> 8;
        buffer <<= length;
        count -= length;
        return entry & 0xff;
    }

    /** Takes 1 to 16 bits as an unsigned number; only behind {@link #symbol}, which loads enough. */
    int receive(int bits) {
        int value = (int) (buffer >>> 64 - bits);
        buffer <<= bits;
        count -= bits;
        return value;
    }

    /** Takes 1 to 16 bits as a signed number (T.81 F.2.2.1, EXTEND); only behind {@link #symbol}. */
    int receiveSigned(int bits) {
        // A first bit of 0 means the negative half of the range.
        int negative = (int) ~(buffer >> 63);
        int value = (int) (buffer >>> 64 - bits) + ((-1 << bits) + 1 & negative);
        buffer <<= bits;
        count -= bits;
        return value;
    }

    /** Takes one bit. */
    boolean bit() {
        if (count < 1) {
            fill();
        }
        boolean one = buffer < 0;
        buffer <<= 1;
        count--;
        return one;
    }

    private void fill() {
        while (count <= 56) {
            int next = 0;
            if (!ended && position < data.length) {
                next = data[position++] & 0xff;
                if (next == 0xff) {
                    next = afterFf();
                }
            } else {
                ended = true;
            }
            if (ended) {
                next = 0;
                supplied += 8;
            }
            buffer |= (long) next << 56 - count;
            count += 8;
        }
    }

    /** After a byte ff: a stuffed zero makes it a data byte; anything else is a marker (B.1.1.5), where reading stops. */
    private int afterFf() {
        int at = position;
        while (at < data.length && data[at] == (byte) 0xff) {
            at++;
        }
        if (at < data.length && data[at] == 0) {
            position = at + 1;
            return 0xff;
        }
        position--;
        ended = true;
        return 0;
    }

    /** The error of the byte that has the next bit (stuffed zeros loaded ahead may move it by a few bytes). */
    DamagedImageException damaged(String what) {
        return Faults.damaged(Math.max(position - (count - supplied + 7 >> 3), 0), what);
    }
}
