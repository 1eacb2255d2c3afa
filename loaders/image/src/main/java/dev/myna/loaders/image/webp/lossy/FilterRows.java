// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossy;

import dev.myna.loaders.image.webp.container.Canvas;
import java.io.IOException;

/**
 * The macroblock row under the loop filter, and the lines above it that the filter or the upsampler still needs. Lines go to
 * the canvas as soon as they are final.
 */
final class FilterRows {
    /**
     * Lines kept of the row above: the filter reads four and changes three, the upsampler is one line late, and lines
     * go in pairs.
     */
    private static final int KEPT = 10;

    private static final int CHROMA_KEPT = KEPT / 2;

    final byte[] luma;
    final byte[] u;
    final byte[] v;
    final int lumaStride;
    final int chromaStride;
    private final Canvas canvas;
    private final Upsampler upsampler;

    FilterRows(int columns, Canvas canvas) {
        lumaStride = 16 * columns;
        chromaStride = 8 * columns;
        luma = new byte[(KEPT + 16) * lumaStride];
        u = new byte[(CHROMA_KEPT + 8) * chromaStride];
        v = new byte[(CHROMA_KEPT + 8) * chromaStride];
        this.canvas = canvas;
        upsampler = new Upsampler(canvas.width());
    }

    /** Where a macroblock's luma begins. */
    int lumaAt(int column) {
        return KEPT * lumaStride + 16 * column;
    }

    /** Where a macroblock's chroma begins. */
    int chromaAt(int column) {
        return CHROMA_KEPT * chromaStride + 8 * column;
    }

    /** Takes a row in, unfiltered. */
    void take(Reconstruction row) {
        for (int line = 0; line < 16; line++) {
            System.arraycopy(row.luma, row.lumaAt(line), luma, (KEPT + line) * lumaStride, lumaStride);
        }
        for (int line = 0; line < 8; line++) {
            System.arraycopy(row.u, row.chromaAt(line), u, (CHROMA_KEPT + line) * chromaStride, chromaStride);
            System.arraycopy(row.v, row.chromaAt(line), v, (CHROMA_KEPT + line) * chromaStride, chromaStride);
        }
    }

    /** Hands the finished lines of row {@code y} to the canvas and makes room for the next row. */
    void give(int y, boolean last) throws IOException {
        int first = y == 0 ? 0 : 16 * y - KEPT + 1;
        int end = last ? canvas.height() : 16 * y + 16 - KEPT + 1;
        int chromaLines = (canvas.height() + 1) / 2;
        byte[] rgb = canvas.rgb();
        for (int line = first; line < end; line++) {
            int near = line / 2;
            int far = Math.max(0, Math.min(near + (line & 1) * 2 - 1, chromaLines - 1));
            upsampler.line(
                    this,
                    (line - 16 * y + KEPT) * lumaStride,
                    (near - 8 * y + CHROMA_KEPT) * chromaStride,
                    (far - 8 * y + CHROMA_KEPT) * chromaStride,
                    rgb,
                    canvas.row(line));
        }
        System.arraycopy(luma, 16 * lumaStride, luma, 0, KEPT * lumaStride);
        System.arraycopy(u, 8 * chromaStride, u, 0, CHROMA_KEPT * chromaStride);
        System.arraycopy(v, 8 * chromaStride, v, 0, CHROMA_KEPT * chromaStride);
    }
}
