// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.bmp;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.IOException;
import java.util.Arrays;

/**
 * Rows of palette indices from run lengths of 8 or 4 bits a pixel. Pixels that the data skip (ends of lines, moves, the
 * end of the bitmap) have index 0.
 */
final class BmpRuns {
    private static final int END_OF_LINE = 0;
    private static final int END_OF_BITMAP = 1;
    private static final int MOVE = 2;

    private final EncodedBytes in;
    private final WorkBudget budget;
    private final boolean nibbles;

    /** Column of the next pixel, which a move may set for a later row. */
    private int x;

    private int emptyRows;
    private boolean ended;

    BmpRuns(BmpHeader header, EncodedBytes in, WorkBudget budget) {
        this.in = in;
        this.budget = budget;
        nibbles = header.compression() == BmpHeader.RLE4;
    }

    /** Fills one row. Fails if the data end before the row does, unless they say that the bitmap ends; only the mark
     * that ends the last row need not be there. */
    void read(byte[] row) throws IOException {
        budget.spend(row.length);
        Arrays.fill(row, (byte) 0);
        if (emptyRows > 0) {
            emptyRows--;
        }
        while (emptyRows == 0 && !ended) {
            if (x == row.length && in.remaining() == 0) {
                x = 0;
                return;
            }
            budget.spend(2);
            int count = in.u8();
            int value = in.u8();
            if (count > 0) {
                for (int i = 0; i < count; i++) {
                    put(row, nibbles ? i % 2 == 0 ? value >> 4 : value & 15 : value);
                }
            } else if (value == END_OF_LINE) {
                x = 0;
                return;
            } else if (value == END_OF_BITMAP) {
                ended = true;
            } else if (value == MOVE) {
                x += in.u8();
                emptyRows = in.u8();
                if (x > row.length) {
                    throw new DamagedImageException("a move beyond the row, before " + in.position());
                }
            } else {
                literal(row, value);
            }
        }
    }

    /** Pixels as they are; their bytes are padded to an even number. */
    private void literal(byte[] row, int count) throws IOException {
        int bytes = nibbles ? (count + 1) / 2 : count;
        for (int i = 0; i < count; i++) {
            if (nibbles) {
                int pair = in.u8();
                put(row, pair >> 4);
                if (++i < count) {
                    put(row, pair & 15);
                }
            } else {
                put(row, in.u8());
            }
        }
        if (bytes % 2 == 1 && in.remaining() > 0) {
            in.skip(1);
        }
    }

    /** Pixels beyond the row are dropped, as the usual readers do. */
    private void put(byte[] row, int index) {
        if (x < row.length) {
            row[x++] = (byte) index;
        }
    }
}
