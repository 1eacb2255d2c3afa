// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.webp.container.Bytes;
import dev.myna.loaders.image.webp.container.Canvas;
import java.io.EOFException;
import java.io.IOException;

/** Decodes the key frame of a lossy image (RFC 6386), one row of macroblocks after the other. */
public final class Vp8Decoder {
    /** The modes of a macroblock take at least three bits; the check requires two. */
    private static final int MACROBLOCKS_A_BYTE = 4;

    private final FrameHeader header;
    private final int firstPartition;
    private final WorkBudget budget;

    /**
     * @param from where the data of the chunk begin
     * @param to where they end
     */
    public Vp8Decoder(byte[] data, int from, int to, WorkBudget budget) throws IOException {
        header = new FrameHeader(data, from, to);
        firstPartition = Bytes.three(data, from) >> 5;
        this.budget = budget;
    }

    /**
     * Decodes into the canvas.
     *
     * @throws EOFException if a partition ends before the last macroblock
     */
    public void decode(Canvas canvas) throws IOException {
        int columns = (canvas.width() + 15) / 16;
        int rows = (canvas.height() + 15) / 16;
        if ((long) columns * rows > ((long) firstPartition + 1) * MACROBLOCKS_A_BYTE) {
            throw new EOFException("the VP8 data have " + firstPartition + " bytes for the modes of " + columns + "x"
                    + rows + " macroblocks, too few");
        }
        IntraModes modes = new IntraModes(header, columns);
        Residuals residuals = new Residuals(header, columns);
        Reconstruction reconstruction = new Reconstruction(columns);
        FilterRows filterRows = new FilterRows(columns, canvas);
        int[] levels = new int[columns];
        boolean[] inner = new boolean[columns];
        for (int y = 0; y < rows; y++) {
            budget.spend(16L * 16 * 3 * columns);
            modes.beginRow();
            residuals.beginRow();
            reconstruction.beginRow(y == 0);
            BoolDecoder in = header.coefficients[y % header.coefficients.length];
            for (int x = 0; x < columns; x++) {
                modes.read(x);
                boolean any = false;
                if (modes.skip) {
                    residuals.skip(x, modes.split);
                } else {
                    any = residuals.read(in, x, modes.split, modes.segment);
                }
                if (header.modes.ended() || in.ended()) {
                    throw new EOFException("the VP8 data end in macroblock row " + (y + 1) + " of " + rows);
                }
                reconstruction.macroblock(modes, residuals, x, y == 0);
                levels[x] = header.filter.level(modes.segment, modes.split);
                inner[x] = any || modes.split;
            }
            filterRows.take(reconstruction);
            for (int x = 0; x < columns && header.filter.used(); x++) {
                if (levels[x] > 0) {
                    header.filter.filter(filterRows, x, levels[x], inner[x], y > 0);
                }
            }
            filterRows.give(y, y == rows - 1);
        }
    }
}
