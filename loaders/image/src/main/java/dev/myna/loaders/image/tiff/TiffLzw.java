// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.tiff;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.LzwStrings;
import dev.myna.loaders.image.codec.UnsupportedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;

/** LZW as TIFF 6 has it: most significant bit first, codes widen one earlier than they must. */
final class TiffLzw implements TileSource {
    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int FIRST = 258;
    private static final int MIN_WIDTH = 9;

    private final EncodedBytes in;
    private final WorkBudget budget;
    private final LzwStrings strings = new LzwStrings(FIRST);
    private int width = MIN_WIDTH;
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
            if (strings.isEmpty()) {
                expandNext();
            }
            filled = strings.deliver(row, filled);
        }
    }

    private void expandNext() throws IOException {
        int code = nextCode();
        if (code == CLEAR) {
            width = MIN_WIDTH;
            strings.clear();
            return;
        }
        if (code == END) {
            throw new EOFException("the compressed pixels end before the last row");
        }
        if (strings.codes() == LzwStrings.MAX_CODES && !strings.fresh()) {
            throw new DamagedImageException(
                    "more LZW codes than " + LzwStrings.MAX_CODES + ", before " + in.position());
        }
        if (!strings.knows(code)) {
            throw new DamagedImageException("an LZW code that was never defined, before " + in.position());
        }
        if (strings.accept(code) && strings.codes() == (1 << width) - 1 && width < LzwStrings.MAX_WIDTH) {
            width++;
        }
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
