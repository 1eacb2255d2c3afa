// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.putFloat;

import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.NativeMemory;
import jdk.incubator.vector.FloatVector;

/**
 * Attention of a {@link FlashBlock} of queries to keys and values that come block by block: softmax is kept relative to the
 * largest score so far, and what was summed before is scaled down when a larger one appears (Milakov and Gimelshein, "Online
 * normalizer calculation for softmax", 2018; Dao et al., "FlashAttention", 2022). There is never more than one block of scores.
 */
final class VectorFlash {
    private VectorFlash() {}

    /** Copies a query, times the attention scale, to a row that may look at the first {@code visible} keys. */
    static void putQuery(FlashBlock block, int row, long from, float scale, int visible) {
        long to = block.query + (long) row * block.dim * 4;
        int i = 0;
        for (; i <= block.dim - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(from + i * 4L).mul(scale), to + i * 4L);
        }
        for (; i < block.dim; i++) {
            putFloat(to + i * 4L, getFloat(from + i * 4L) * scale);
        }
        block.visible[row] = visible;
    }

    /** Fills the rows behind the last query, which are computed and dropped. */
    static void padQueries(FlashBlock block) {
        for (int row = block.queries; row < block.rows; row++) {
            NativeMemory.copy(block.query, block.query + (long) row * block.dim * 4, block.dim * 4L);
            block.visible[row] = block.visible[0];
        }
    }

    /**
     * Takes the next block of keys and values.
     *
     * @param keys panels of {@link AttentionTile#COLUMNS} keys: [dim][COLUMNS] each
     * @param values panels of COLUMNS elements: [count][COLUMNS] each
     * @param valuePanelBytes from panel to panel of the values
     * @param start number of keys before these; 0 starts afresh
     * @param count keys, at most {@link FlashBlock#KEYS}
     */
    static void step(FlashBlock block, long keys, long values, long valuePanelBytes, int start, int count) {
        score(block, keys, start, count);
        weigh(block, start, count);
        for (int row = 0; row < block.rows; row += AttentionTile.ROWS) {
            int inner = Math.min(count, block.reach(row) - start);
            if (inner > 0) {
                long factors = start == 0 ? 0 : block.factors + row * 4L;
                for (int panel = 0; panel < block.valuePanels(); panel++) {
                    AttentionTile.multiply(
                            block.scoreRow(row),
                            FlashBlock.SCORE_ROW,
                            values + panel * valuePanelBytes,
                            inner,
                            block.outRow(row) + panel * AttentionTile.PANEL_ROW,
                            block.outRow,
                            factors);
                }
            }
        }
    }

    private static void score(FlashBlock block, long keys, int start, int count) {
        long queryRow = block.dim * 4L;
        for (int column = 0; column < count; column += AttentionTile.COLUMNS) {
            long panel = keys + column / AttentionTile.COLUMNS * (block.dim * AttentionTile.PANEL_ROW);
            for (int row = 0; row < block.rows; row += AttentionTile.ROWS) {
                if (block.reach(row) > start + column) {
                    AttentionTile.multiply(
                            block.query + row * queryRow,
                            queryRow,
                            panel,
                            block.dim,
                            block.scoreRow(row) + column * 4L,
                            FlashBlock.SCORE_ROW,
                            0);
                }
            }
        }
    }

    /** Scores to weights. */
    static void weigh(FlashBlock block, int start, int count) {
        for (int row = 0; row < block.rows; row++) {
            int seen = Math.min(count, block.visible[row] - start);
            float largest = seen > 0 ? largest(block.scoreRow(row), seen) : Float.NEGATIVE_INFINITY;
            float before = start == 0 ? Float.NEGATIVE_INFINITY : getFloat(block.max + row * 4L);
            float now = Math.max(largest, before);
            putFloat(block.max + row * 4L, now);
            putFloat(block.factors + row * 4L, before - now);
        }
        for (int row = 0; row < block.rows; row += Lanes.W) {
            long at = block.factors + row * 4L;
            Lanes.store(VectorMath.exp(Lanes.load(at)), at);
        }
        for (int row = 0; row < block.rows; row++) {
            int seen = Math.clamp(block.visible[row] - start, 0, count);
            float sum = exponentiate(block.scoreRow(row), seen, getFloat(block.max + row * 4L));
            for (int i = whole(seen); i < count; i += Lanes.W) {
                Lanes.store(FloatVector.zero(Lanes.F), block.scoreRow(row) + i * 4L);
            }
            float before = start == 0 ? 0 : getFloat(block.sum + row * 4L) * getFloat(block.factors + row * 4L);
            putFloat(block.sum + row * 4L, before + sum);
        }
    }

    private static int whole(int count) {
        return Math.ceilDiv(count, Lanes.W) * Lanes.W;
    }

    /** The largest of some scores; what follows up to whole vectors becomes negative infinity. */
    private static float largest(long scores, int count) {
        for (int i = count; i < whole(count); i++) {
            putFloat(scores + i * 4L, Float.NEGATIVE_INFINITY);
        }
        FloatVector largest = Lanes.load(scores);
        for (int i = Lanes.W; i < count; i += Lanes.W) {
            largest = Lanes.larger(largest, Lanes.load(scores + i * 4L));
        }
        return Lanes.largest(largest);
    }

    /** {@code x = e^(x - max)} for {@code count} elements up to whole vectors; returns their sum. */
    private static float exponentiate(long x, int count, float max) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int i = 0; i < count; i += Lanes.W) {
            FloatVector e = VectorMath.exp(Lanes.load(x + i * 4L).sub(max));
            Lanes.store(e, x + i * 4L);
            sum = sum.add(e);
        }
        return Lanes.sum(sum);
    }

    /** Writes a query's result: its outputs divided by their weights' sum. */
    static void finish(FlashBlock block, int row, long to) {
        scale(block.outRow(row), 1 / getFloat(block.sum + row * 4L), to, block.dim);
    }

    /** {@code to = factor from}. */
    static void scale(long from, float factor, long to, int count) {
        int i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(from + i * 4L).mul(factor), to + i * 4L);
        }
        for (; i < count; i++) {
            putFloat(to + i * 4L, getFloat(from + i * 4L) * factor);
        }
    }
}
