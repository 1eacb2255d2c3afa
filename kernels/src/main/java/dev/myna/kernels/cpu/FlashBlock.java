// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

/**
 * Working memory of attention for a block of queries of one head: the queries, the scores of one block of keys, and the
 * outputs so far with the maximum and the sum they are relative to. One per worker, laid out anew for each block of
 * queries. Rows are padded to whole tiles, outputs to whole panels.
 */
final class FlashBlock {
    /** Keys per step. */
    static final int KEYS = CpuKvCache.CHUNK;

    /** Bytes from row to row of the scores: a cache line more, against rows that compete for the same cache sets. */
    static final long SCORE_ROW = (KEYS + 16) * 4L;

    /** Queries in use. */
    int queries;

    /** Queries rounded up to whole tiles. */
    int rows;

    /** Elements per head. */
    int dim;

    /** Keys each row may look at, counted from the first key of all. */
    int[] visible = new int[0];

    /** [rows][dim] f32, scaled. */
    long query;

    /** [rows][KEYS] f32, {@link #SCORE_ROW} apart: scores, then weights. */
    long scores;

    /** [rows][dim rounded up to panels] f32, {@link #outRow} apart. */
    long out;

    long outRow;

    /** [rows] f32 each, up to whole vectors: largest score so far, its predecessor, sum of weights, factor of a step. */
    long max;

    long sum;

    long factors;

    /** What the caller asked for besides. */
    long extra;

    /**
     * Lays out memory for blocks of at most {@code mostQueries}.
     *
     * @param extraFloats working memory of the caller
     */
    void layout(Scratch scratch, int mostQueries, int dim, long extraFloats) {
        this.dim = dim;
        int most = wholeTiles(mostQueries);
        int padded = Math.ceilDiv(most, 16) * 16;
        outRow = valuePanels() * AttentionTile.PANEL_ROW;
        if (visible.length < most) {
            visible = new int[most];
        }
        long floats = 3L * padded + most * (dim + (SCORE_ROW + outRow) / 4) + extraFloats + 16;
        max = scratch.floats(floats);
        sum = max + padded * 4L;
        factors = sum + padded * 4L;
        scores = factors + padded * 4L;
        out = scores + most * SCORE_ROW;
        query = out + most * outRow;
        extra = Math.ceilDiv(query + most * (dim * 4L), 64) * 64;
        begin(mostQueries);
    }

    /** Starts a block of {@code queries}. */
    void begin(int queries) {
        this.queries = queries;
        rows = wholeTiles(queries);
    }

    private static int wholeTiles(int queries) {
        return Math.ceilDiv(queries, AttentionTile.ROWS) * AttentionTile.ROWS;
    }

    /** Panels that a row of values fills. */
    int valuePanels() {
        return valuePanels(dim);
    }

    /** Panels that rows of {@code dim} values fill. */
    static int valuePanels(int dim) {
        return Math.ceilDiv(dim, AttentionTile.COLUMNS);
    }

    /** Keys that some row of a tile may look at. */
    int reach(int firstRow) {
        int reach = 0;
        for (int row = firstRow; row < firstRow + AttentionTile.ROWS; row++) {
            reach = Math.max(reach, visible[row]);
        }
        return reach;
    }

    long scoreRow(int row) {
        return scores + row * SCORE_ROW;
    }

    long outRow(int row) {
        return out + row * outRow;
    }
}
