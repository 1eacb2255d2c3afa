// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import java.util.Arrays;

/**
 * One row of macroblocks as predicted and corrected, before the loop filter, with the samples that prediction looks
 * at: a line above, a column to the left, and four samples behind the line above.
 */
final class Reconstruction {
    private static final int MARGIN = 8;
    private static final int ABOVE_FIRST_ROW = 127;
    private static final int LEFT_OF_FIRST_COLUMN = 129;

    final byte[] luma;
    final byte[] u;
    final byte[] v;
    final int lumaStride;
    final int chromaStride;
    private final int columns;
    private final InverseTransform transform = new InverseTransform();

    Reconstruction(int columns) {
        this.columns = columns;
        lumaStride = 16 * columns + 2 * MARGIN;
        chromaStride = 8 * columns + 2 * MARGIN;
        luma = new byte[17 * lumaStride];
        u = new byte[9 * chromaStride];
        v = new byte[9 * chromaStride];
    }

    /** Where the first sample of a line of luma lies, counted from the row's upper end. */
    int lumaAt(int line) {
        return (1 + line) * lumaStride + MARGIN;
    }

    /** Where the first sample of a line of chroma lies. */
    int chromaAt(int line) {
        return (1 + line) * chromaStride + MARGIN;
    }

    /** Sets the neighbours of the row. */
    void beginRow(boolean first) {
        if (first) {
            Arrays.fill(luma, 0, lumaStride, (byte) ABOVE_FIRST_ROW);
            Arrays.fill(u, 0, chromaStride, (byte) ABOVE_FIRST_ROW);
            Arrays.fill(v, 0, chromaStride, (byte) ABOVE_FIRST_ROW);
        } else {
            System.arraycopy(luma, 16 * lumaStride, luma, 0, lumaStride);
            System.arraycopy(u, 8 * chromaStride, u, 0, chromaStride);
            System.arraycopy(v, 8 * chromaStride, v, 0, chromaStride);
            int end = lumaAt(-1) + 16 * columns;
            Arrays.fill(luma, end, end + 4, luma[end - 1]);
        }
        for (int line = first ? 0 : -1; line < 16; line++) {
            luma[lumaAt(line) - 1] = (byte) LEFT_OF_FIRST_COLUMN;
        }
        for (int line = first ? 0 : -1; line < 8; line++) {
            u[chromaAt(line) - 1] = (byte) LEFT_OF_FIRST_COLUMN;
            v[chromaAt(line) - 1] = (byte) LEFT_OF_FIRST_COLUMN;
        }
    }

    /** Predicts a macroblock and adds its differences. */
    void macroblock(IntraModes modes, Residuals residuals, int column, boolean firstRow) {
        int at = lumaAt(0) + 16 * column;
        boolean hasLeft = column > 0;
        if (modes.split) {
            int corner = at - lumaStride + 16;
            for (int i = 0; i < 16; i++) {
                int block = at + 4 * (i & 3) + 4 * (i >> 2) * lumaStride;
                // The right column looks at the macroblock to the upper right; what is right of it comes later.
                int right = (i & 3) == 3 ? corner : block - lumaStride + 4;
                SubblockPrediction.predict(modes.subblocks[i], luma, block, lumaStride, right);
                add(residuals, i, luma, block, lumaStride);
            }
        } else {
            Prediction.predict(modes.luma, 16, luma, at, lumaStride, hasLeft, !firstRow);
            for (int i = 0; i < 16; i++) {
                add(residuals, i, luma, at + 4 * (i & 3) + 4 * (i >> 2) * lumaStride, lumaStride);
            }
        }
        int chroma = chromaAt(0) + 8 * column;
        Prediction.predict(modes.chroma, 8, u, chroma, chromaStride, hasLeft, !firstRow);
        Prediction.predict(modes.chroma, 8, v, chroma, chromaStride, hasLeft, !firstRow);
        for (int i = 0; i < 4; i++) {
            int block = chroma + 4 * (i & 1) + 4 * (i >> 1) * chromaStride;
            add(residuals, 16 + i, u, block, chromaStride);
            add(residuals, 20 + i, v, block, chromaStride);
        }
    }

    private void add(Residuals residuals, int block, byte[] samples, int at, int stride) {
        int from = block * Residuals.BLOCK;
        switch (residuals.extent[block]) {
            case Residuals.FULL -> transform.add(residuals.coefficients, from, samples, at, stride);
            case Residuals.DC_ONLY -> transform.addDc(residuals.coefficients[from], samples, at, stride);
            default -> {}
        }
    }
}
