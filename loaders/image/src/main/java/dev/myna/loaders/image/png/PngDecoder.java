// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.png;

import dev.myna.loaders.image.codec.DamagedImageException;
import dev.myna.loaders.image.codec.EncodedBytes;
import dev.myna.loaders.image.codec.Palettes;
import dev.myna.loaders.image.codec.Pixels;
import dev.myna.loaders.image.codec.WorkBudget;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/**
 * PNG to 8-bit RGB: alpha and transparent colours are dropped, palettes expanded, 16-bit samples lose their low byte; neither
 * gamma nor profiles are applied. Chunks that do not affect the pixels are skipped. The pixels must be complete; later chunks
 * may be missing.
 */
public final class PngDecoder {
    /** Maximum number of bytes that deflate expands one byte to. */
    private static final long DEFLATE_RATIO = 1032;

    /** First column and row, column and row step of the passes of Adam7. */
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] SEQUENTIAL = {{0, 0, 1, 1}};

    private PngDecoder() {}

    /**
     * @throws EOFException if the pixels are not complete
     * @throws IOException if the data are damaged or ask for more than the budget
     */
    public static Pixels decode(byte[] png, WorkBudget budget) throws IOException {
        PngChunks chunks = new PngChunks(png);
        if (!chunks.next()) {
            throw new EOFException("no chunk IHDR");
        }
        if (!chunks.is("IHDR")) {
            throw new DamagedImageException("the first chunk is not IHDR");
        }
        PngHeader header = PngHeader.read(
                new EncodedBytes(png, chunks.begin(), chunks.begin() + chunks.available()), chunks.length());
        chunks.verify();
        budget.declare(header.width(), header.height());
        byte[] palette = Palettes.grays();
        boolean hasPalette = false;
        do {
            if (!chunks.next() || chunks.is("IEND")) {
                throw new EOFException("no chunk IDAT");
            }
            if (chunks.is("PLTE")) {
                chunks.verify();
                System.arraycopy(png, chunks.begin(), palette, 0, Math.min(chunks.available(), palette.length));
                hasPalette = true;
            }
        } while (!chunks.is("IDAT"));
        if (header.color() == PngHeader.PALETTE && !hasPalette) {
            throw new DamagedImageException("the palette (chunk PLTE) is missing");
        }
        long rows = (long) header.height() * header.rowBytes(header.width());
        if (rows / DEFLATE_RATIO > chunks.rest()) {
            throw new EOFException(chunks.rest() + " bytes cannot hold the pixels");
        }
        try (PngData data = new PngData(png, chunks, budget)) {
            return new Pixels(header.width(), header.height(), pixels(header, new PngColors(header, palette), data));
        }
    }

    private static byte[] pixels(PngHeader header, PngColors colors, PngData data) throws IOException {
        byte[] rgb = new byte[header.width() * header.height() * 3];
        int longest = header.rowBytes(header.width());
        byte[] filter = new byte[1];
        byte[] row = new byte[longest];
        byte[] above = new byte[longest];
        int distance = Math.max(1, header.bitsPerPixel() / 8);
        for (int[] pass : header.interlaced() ? ADAM7 : SEQUENTIAL) {
            int columns = (header.width() - pass[0] + pass[2] - 1) / pass[2];
            if (columns < 1) {
                continue;
            }
            int bytes = header.rowBytes(columns);
            Arrays.fill(above, (byte) 0);
            for (int y = pass[1]; y < header.height(); y += pass[3]) {
                data.read(filter, 1);
                data.read(row, bytes);
                PngFilter.undo(filter[0] & 0xff, row, above, bytes, distance);
                colors.expand(row, columns, rgb, (y * header.width() + pass[0]) * 3, pass[2] * 3);
                byte[] plain = row;
                row = above;
                above = plain;
            }
        }
        return rgb;
    }
}
