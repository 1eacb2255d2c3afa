// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.png;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The inflated contents of all IDAT chunks. */
final class PngData implements AutoCloseable {
    private final Inflater inflater = new Inflater();
    private final byte[] png;
    private final PngChunks chunks;
    private final WorkBudget budget;

    /** @param chunks stands at the first IDAT chunk */
    PngData(byte[] png, PngChunks chunks, WorkBudget budget) throws IOException {
        this.png = png;
        this.chunks = chunks;
        this.budget = budget;
        feed();
    }

    /** Fills the row; fails if the data end before it is full. */
    void read(byte[] row, int length) throws IOException {
        budget.spend(length);
        int filled = 0;
        while (filled < length) {
            try {
                int count = inflater.inflate(row, filled, length - filled);
                filled += count;
                if (count == 0) {
                    advance();
                }
            } catch (DataFormatException e) {
                throw new DamagedImageException("the compressed pixels make no sense");
            }
        }
    }

    private void advance() throws IOException {
        if (inflater.finished()) {
            throw new EOFException("the compressed pixels end before the last row");
        }
        if (inflater.needsDictionary()) {
            throw new DamagedImageException("the compressed pixels ask for a dictionary");
        }
        do {
            if (!chunks.next() || chunks.is("IEND")) {
                throw new EOFException("no more IDAT chunk");
            }
        } while (!chunks.is("IDAT"));
        feed();
    }

    private void feed() throws IOException {
        chunks.verify();
        budget.spend(chunks.available());
        inflater.setInput(png, chunks.begin(), chunks.available());
    }

    @Override
    public void close() {
        inflater.end();
    }
}
