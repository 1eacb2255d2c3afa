// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.cpu.kv.VectorKv;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;

/**
 * Attention of a {@link FlashBlock} of queries to keys and values that come block by block: softmax is kept relative to the
 * largest score so far, and what was summed before is scaled down when a larger one appears (Milakov and Gimelshein, "Online
 * normalizer calculation for softmax", 2018; Dao et al., "FlashAttention", 2022). There is never more than one block of scores.
 *
 * <p>A step is {@link #score} for each panel of keys, {@link #weigh}, then {@link #add} for each panel of values.
 */
final class Flash {
    /** Computes the tiles. */
    final AttentionTiles tiles;

    /** Computes the rest. */
    final FlashLoops loops;

    private final ThreadLocal<FlashBlock> blocks = ThreadLocal.withInitial(FlashBlock::new);

    Flash(AttentionTiles tiles, FlashLoops loops) {
        this.tiles = tiles;
        this.loops = loops;
    }

    /** The block of this thread, to be laid out. */
    FlashBlock block() {
        return blocks.get();
    }

    /** Copies a query, times the attention scale, to a row that may look at keys {@code hidden} to {@code visible}. */
    void putQuery(FlashBlock block, int row, long from, float scale, int hidden, int visible) {
        loops.scale(from, scale, block.queryRow(row), block.dim);
        block.hidden[row] = hidden;
        block.hides |= hidden > 0;
        block.visible[row] = visible;
        NativeMemory.zero(block.sums(row), Lanes.BYTES);
    }

    /** Fills the rows behind the last query, which are computed and dropped. */
    void padQueries(FlashBlock block) {
        for (int row = block.queries; row < block.rows; row++) {
            NativeMemory.copy(block.query, block.queryRow(row), block.dim * 4L);
            block.hidden[row] = block.hidden[0];
            block.visible[row] = block.visible[0];
            NativeMemory.zero(block.sums(row), Lanes.BYTES);
        }
    }

    /**
     * Scores a panel of keys.
     *
     * @param panel [dim][COLUMNS]
     * @param start number of keys before this block's
     * @param column place of the panel's first key in the block
     */
    void score(FlashBlock block, long panel, int start, int column) {
        for (int row = 0; row < block.rows; row += block.tileRows) {
            if (block.reach(row) > start + column && block.from(row) < start + column + Panel.COLUMNS) {
                tiles.multiply(
                        block.arguments,
                        block.tileRows,
                        block.queryRow(row),
                        block.dim * 4L,
                        panel,
                        block.dim,
                        block.scoreRow(row) + column * 4L,
                        FlashBlock.SCORE_ROW,
                        false);
            }
        }
    }

    /** Scores the first {@code count} keys of a region for a lone query. */
    void scoreOne(FlashBlock block, VectorKv reader, long keys, int count) {
        reader.scores(block.query, keys, count, block.dim, block.scoreRow(0));
    }

    /** Adds the weighted values of the first {@code count} slots of a region for a lone query. */
    void addOne(FlashBlock block, VectorKv reader, long values, int start, int count) {
        if (start == 0) {
            NativeMemory.zero(block.outRow(0), block.outRow);
        }
        reader.addValues(block.scoreRow(0), values, count, block.dim, block.outRow(0), block.spare);
    }

    /** Turns scores to softmax weights, and rescales earlier sums to the new maximum; {@code start} 0 discards earlier sums. */
    void weigh(FlashBlock block, int start, int count) {
        if (block.softCap != 0) {
            bound(block, start, count);
        }
        raiseMaxima(block, start, count);
        loops.weights(block.factors, block.rows, 0, 0, block.spare);
        for (int row = 0; row < block.rows; row++) {
            int seen = whole(Math.clamp(block.visible[row] - start, 0, count));
            int from = panel(Math.clamp(block.hidden[row] - start, 0, seen));
            float factor = getFloat(block.factors + row * 4L);
            long scores = block.scoreRow(row) + from * 4L;
            loops.weights(scores, seen - from, getFloat(block.max + row * 4L), factor, block.sums(row));
            if (from > 0) {
                NativeMemory.zero(block.scoreRow(row), from * 4L);
            }
            if (start > 0 && factor != 1) {
                loops.scale(block.outRow(row), factor, block.outRow(row), (int) (block.outRow / 4));
            }
            if (seen < count) {
                NativeMemory.zero(block.scoreRow(row) + seen * 4L, (count - seen) * 4L);
            }
        }
    }

    /** Bounds the scores that a row sees: {@code softCap tanh(score / softCap)}. */
    private static void bound(FlashBlock block, int start, int count) {
        for (int row = 0; row < block.rows; row++) {
            int seen = Math.min(count, block.visible[row] - start);
            long scores = block.scoreRow(row);
            for (int i = Math.max(0, block.hidden[row] - start); i < seen; i++) {
                double score = getFloat(scores + i * 4L);
                putFloat(scores + i * 4L, (float) (block.softCap * Math.tanh(score / block.softCap)));
            }
        }
    }

    /** Raises each row's maximum to its largest new score; factors become the (negative) differences. */
    private void raiseMaxima(FlashBlock block, int start, int count) {
        for (int row = 0; row < block.rows; row++) {
            float before = start == 0 ? Float.NEGATIVE_INFINITY : getFloat(block.max + row * 4L);
            float now = before;
            int seen = Math.min(count, block.visible[row] - start);
            int from = Math.max(0, block.hidden[row] - start);
            if (seen > from) {
                long scores = block.scoreRow(row);
                for (int i = seen; i < whole(seen); i++) {
                    putFloat(scores + i * 4L, Float.NEGATIVE_INFINITY);
                }
                for (int i = panel(from); i < from; i++) {
                    putFloat(scores + i * 4L, Float.NEGATIVE_INFINITY);
                }
                now = Math.max(before, loops.largest(scores + panel(from) * 4L, whole(seen) - panel(from)));
            }
            putFloat(block.max + row * 4L, now);
            // A row that sees nothing here keeps what it has.
            putFloat(block.factors + row * 4L, seen > from ? before - now : 0);
        }
    }

    /** Columns up to whole panels. */
    private static int whole(int count) {
        return Math.ceilDiv(count, Panel.COLUMNS) * Panel.COLUMNS;
    }

    /** The first column of a column's panel. */
    private static int panel(int column) {
        return column / Panel.COLUMNS * Panel.COLUMNS;
    }

    /**
     * Adds a panel of weighted values to the outputs.
     *
     * @param panel [count][COLUMNS]
     * @param element first element of the panel
     */
    void add(FlashBlock block, long panel, int start, int count, int element) {
        for (int row = 0; row < block.rows; row += block.tileRows) {
            int inner = Math.min(count, block.reach(row) - start);
            // The first step sets all outputs, whether or not a row sees something.
            int from = start == 0 ? 0 : panel(Math.max(0, block.from(row) - start));
            if (inner > from) {
                tiles.multiply(
                        block.arguments,
                        block.tileRows,
                        block.scoreRow(row) + from * 4L,
                        FlashBlock.SCORE_ROW,
                        panel + from * Panel.ROW,
                        inner - from,
                        block.outRow(row) + element * 4L,
                        block.outRow,
                        start > 0);
            }
        }
    }

    /** Sum of a row's weights. */
    float sum(FlashBlock block, int row) {
        float sum = 0;
        for (int lane = 0; lane < Lanes.W; lane++) {
            sum += getFloat(block.sums(row) + lane * 4L);
        }
        return sum;
    }

    /** Writes a query's result: its outputs divided by their weights' sum. */
    void finish(FlashBlock block, int row, long to) {
        loops.scale(block.outRow(row), 1 / sum(block, row), to, block.dim);
    }
}
