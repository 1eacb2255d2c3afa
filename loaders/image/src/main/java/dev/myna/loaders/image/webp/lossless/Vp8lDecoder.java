// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.image.webp.lossless;

import dev.myna.loaders.image.codec.WorkBudget;
import dev.myna.loaders.image.webp.container.Canvas;
import dev.myna.loaders.image.webp.container.WebpHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Decodes a lossless image (RFC 9649, section 3), row by row. */
public final class Vp8lDecoder {
    private static final int HEADER_BITS = 40;

    // Kinds of transforms.
    private static final int PREDICTOR = 0;
    private static final int COLOR = 1;
    private static final int SUBTRACT_GREEN = 2;

    private final BitReader in;
    private final WorkBudget budget;

    /**
     * @param from where the data of the chunk begin, with the header that {@link WebpHeader} has read
     * @param to where they end
     */
    public Vp8lDecoder(byte[] data, int from, int to, WorkBudget budget) {
        in = new BitReader(data, from + HEADER_BITS / 8, to);
        this.budget = budget;
    }

    /** Decodes into the canvas. */
    public void decode(Canvas canvas) throws IOException {
        int width = canvas.width();
        int height = canvas.height();
        List<Transform> transforms = new ArrayList<>();
        int storedWidth = readTransforms(transforms, width, height);
        EntropyImage image = new EntropyImage(in, storedWidth, height, true, budget);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.next(row);
            for (Transform transform : transforms) {
                budget.spend(width);
                transform.undo(row, y);
            }
            write(row, canvas.rgb(), canvas.row(y));
        }
    }

    /** Reads the transforms, in the order in which they are undone; returns the width of the image as stored. */
    private int readTransforms(List<Transform> transforms, int width, int height) throws IOException {
        int storedWidth = width;
        int seen = 0;
        while (in.flag()) {
            int kind = in.number(2);
            if ((seen >> kind & 1) != 0) {
                throw new IOException("the VP8L data have the same transform twice");
            }
            seen |= 1 << kind;
            if (kind == PREDICTOR || kind == COLOR) {
                int bits = 2 + in.number(3);
                int[] blocks = new EntropyImage(
                                in, Regions.blocks(storedWidth, bits), Regions.blocks(height, bits), false, budget)
                        .all();
                transforms.addFirst(
                        kind == PREDICTOR
                                ? new PredictorTransform(storedWidth, bits, blocks)
                                : new ColorTransform(storedWidth, bits, blocks));
            } else if (kind == SUBTRACT_GREEN) {
                transforms.addFirst(new SubtractGreen(storedWidth));
            } else {
                int[] differences = new EntropyImage(in, 1 + in.number(8), 1, false, budget).all();
                int bits = ColorIndexing.bits(differences.length);
                transforms.addFirst(new ColorIndexing(storedWidth, bits, ColorIndexing.table(differences, bits)));
                storedWidth = Regions.blocks(storedWidth, bits);
            }
        }
        return storedWidth;
    }

    private static void write(int[] row, byte[] rgb, int at) {
        int to = at;
        for (int argb : row) {
            rgb[to] = (byte) (argb >> 16);
            rgb[to + 1] = (byte) (argb >> 8);
            rgb[to + 2] = (byte) argb;
            to += 3;
        }
    }
}
