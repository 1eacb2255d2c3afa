// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;

/** LZW as TIFF 6 has it: most significant bit first, codes widen one earlier than they must. */
final class TiffLzw implements TileSource {
    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int FIRST = 258;
    private static final int MAX_CODES = 4096;
    private static final int MIN_WIDTH = 9;
    private static final int MAX_WIDTH = 12;

    private final EncodedBytes in;
    private final WorkBudget budget;
    private final short[] prefix = new short[MAX_CODES];
    private final byte[] last = new byte[MAX_CODES];
    private final byte[] pending = new byte[MAX_CODES + 1];
    private int pendingCount;
    private int width = MIN_WIDTH;
    private int codes = FIRST;
    private int previous = -1;
    private int first;
    private int bits;
    private int bitCount;

    TiffLzw(EncodedBytes in, WorkBudget budget) throws IOException {
        this.in = in;
        this.budget = budget;
        if (in.remaining() >= 2) {
            int begin = in.position();
            boolean old = in.u8() == 0 && (in.u8() & 1) == 1;
            in.position(begin);
            if (old) {
                throw new UnsupportedImageException("LZW of before TIFF 5");
            }
        }
    }

    @Override
    public void read(byte[] row) throws IOException {
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

    private void expandNext() throws IOException {
        int code = nextCode();
        if (code == CLEAR) {
            width = MIN_WIDTH;
            codes = FIRST;
            previous = -1;
            return;
        }
        if (code == END) {
            throw new EOFException("the compressed pixels end before the last row");
        }
        if (code > codes || code == codes && previous < 0) {
            throw new DamagedImageException("an LZW code that was never defined, before " + in.position());
        }
        int at = code;
        if (code == codes) {
            pending[pendingCount++] = (byte) first;
            at = previous;
        }
        while (at > END) {
            pending[pendingCount++] = last[at];
            at = prefix[at];
        }
        first = at;
        pending[pendingCount++] = (byte) at;
        if (previous >= 0) {
            if (codes == MAX_CODES) {
                throw new DamagedImageException("more LZW codes than " + MAX_CODES + ", before " + in.position());
            }
            prefix[codes] = (short) previous;
            last[codes] = (byte) first;
            codes++;
            if (codes == (1 << width) - 1 && width < MAX_WIDTH) {
                width++;
            }
        }
        previous = code;
    }

    private int nextCode() throws IOException {
        while (bitCount < width) {
            budget.spend(1);
            bits = bits << 8 | in.u8();
            bitCount += 8;
        }
        bitCount -= width;
        return bits >>> bitCount & (1 << width) - 1;
    }
}
