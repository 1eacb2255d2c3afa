// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.gif;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.LzwStrings;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;

/** The palette indices of a frame: LZW codes of growing width, least significant bit first, in blocks of 255 bytes. */
final class LzwIndices {
    private final EncodedBytes in;
    private final WorkBudget budget;
    private final int minWidth;

    private final LzwStrings strings;
    private int width;
    private int block;
    private int bits;
    private int bitCount;

    /** @param in stands at the byte that says how wide the first codes are */
    LzwIndices(EncodedBytes in, WorkBudget budget) throws IOException {
        this.in = in;
        this.budget = budget;
        minWidth = in.u8();
        if (minWidth < 1 || minWidth >= LzwStrings.MAX_WIDTH) {
            throw new DamagedImageException("LZW codes of " + minWidth + " bits");
        }
        strings = new LzwStrings((1 << minWidth) + 2);
        width = minWidth + 1;
    }

    /** Maximum number of indices that the rest of the file can hold. */
    long most() {
        return 8L * in.remaining() / (minWidth + 1) * LzwStrings.MAX_CODES;
    }

    /** Fills the row; fails if the data end before it is full. */
    void read(byte[] row) throws IOException {
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
        int clear = 1 << minWidth;
        int code = nextCode();
        if (code == clear) {
            strings.clear();
            width = minWidth + 1;
            return;
        }
        if (code == clear + 1) {
            throw new EOFException("the frame ends before its last row");
        }
        if (!strings.knows(code)) {
            throw new DamagedImageException("an LZW code that was never defined, before " + in.position());
        }
        if (strings.accept(code) && strings.codes() == 1 << width && width < LzwStrings.MAX_WIDTH) {
            width++;
        }
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
