// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.gif;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;

/** The palette indices of a frame: LZW codes of growing width, least significant bit first, in blocks of 255 bytes. */
final class LzwIndices {
    private static final int MAX_CODES = 4096;
    private static final int MAX_WIDTH = 12;

    private final EncodedBytes in;
    private final WorkBudget budget;
    private final int minWidth;

    /** For each code: the code without its last index, and that index. */
    private final short[] prefix = new short[MAX_CODES];

    private final byte[] last = new byte[MAX_CODES];

    /** Indices of the current code that are not delivered yet, from the end to the beginning. */
    private final byte[] pending = new byte[MAX_CODES + 1];

    private int pendingCount;
    private int width;
    private int codes;
    private int previous = -1;
    private int first;
    private int block;
    private int bits;
    private int bitCount;

    /** @param in stands at the byte that says how wide the first codes are */
    LzwIndices(EncodedBytes in, WorkBudget budget) throws IOException {
        this.in = in;
        this.budget = budget;
        minWidth = in.u8();
        if (minWidth < 1 || minWidth >= MAX_WIDTH) {
            throw new DamagedImageException("LZW codes of " + minWidth + " bits");
        }
        clear();
    }

    /** Maximum number of indices that the rest of the file can hold. */
    long most() {
        return 8L * in.remaining() / (minWidth + 1) * MAX_CODES;
    }

    /** Fills the row; fails if the data end before it is full. */
    void read(byte[] row) throws IOException {
        budget.spend(row.length);
        int filled = 0;
        while (filled < row.length) {
            if (pendingCount == 0) {
                expandNext();
            }
            while (pendingCount > 0 && filled < row.length) {
                row[filled++] = pending[--pendingCount];
            }
        }
    }

    private void clear() {
        width = minWidth + 1;
        codes = (1 << minWidth) + 2;
        previous = -1;
    }

    private void expandNext() throws IOException {
        int clear = 1 << minWidth;
        int code = nextCode();
        if (code == clear) {
            clear();
            return;
        }
        if (code == clear + 1) {
            throw new EOFException("the frame ends before its last row");
        }
        if (code > codes || code == codes && (previous < 0 || codes == MAX_CODES)) {
            throw new DamagedImageException("an LZW code that was never defined, before " + in.position());
        }
        int at = code;
        if (code == codes) {
            pending[pendingCount++] = (byte) first;
            at = previous;
        }
        while (at > clear) {
            pending[pendingCount++] = last[at];
            at = prefix[at];
        }
        first = at & 0xff;
        pending[pendingCount++] = (byte) at;
        if (previous >= 0 && codes < MAX_CODES) {
            prefix[codes] = (short) previous;
            last[codes] = (byte) first;
            codes++;
            if (codes == 1 << width && width < MAX_WIDTH) {
                width++;
            }
        }
        previous = code;
    }

    private int nextCode() throws IOException {
        while (bitCount < width) {
            if (block == 0) {
                block = in.u8();
                if (block == 0) {
                    throw new EOFException("the frame's blocks end before its last row");
                }
                budget.spend(block);
            }
            bits |= in.u8() << bitCount;
            bitCount += 8;
            block--;
        }
        int code = bits & (1 << width) - 1;
        bits >>>= width;
        bitCount -= width;
        return code;
    }
}
