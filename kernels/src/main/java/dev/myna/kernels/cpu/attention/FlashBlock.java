// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.Attention;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.cpu.kv.Panel;
import dev.myna.kernels.machine.Scratch;

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

    /** Bytes for one vector of any width. */
    private static final long VECTOR = 64;

    /** Rows per tile: 12, 6 or 4, or 1 for a lone query. */
    int tileRows;

    /** Queries in use. */
    int queries;

    /** Queries rounded up to whole tiles. */
    int rows;

    /** Elements per head. */
    int dim;

    /** Bound of scores; 0 for none. */
    float softCap;

    /** End of the keys each row may look at, counted from the first key of all. */
    int[] visible = new int[0];

    /** First key each row may look at. */
    int[] hidden = new int[0];

    /** Whether some row does not see the first key of all. */
    boolean hides;

    /** [rows][dim] f32, scaled. */
    long query;

    /** Bytes from row to row of the outputs. */
    long outRow;

    /** [rows] f32, up to whole vectors: largest score so far. */
    long max;

    /** [rows] f32, up to whole vectors: factor of what was summed before the latest step. */
    long factors;

    /** A vector for passing results. */
    long spare;

    /** A cache line for the arguments of machine code. */
    long arguments;

    /** Address of the caller's working memory. */
    long extra;

    private long scores;
    private long sums;
    private long out;

    /**
     * Lays out memory for blocks of at most {@code maxQueries}.
     *
     * @param tileRows rows per tile
     * @param extraFloats working memory of the caller
     */
    void layout(Scratch scratch, int maxQueries, int tileRows, Attention.Heads heads, long extraFloats) {
        this.tileRows = tileRows;
        dim = heads.dim();
        softCap = heads.softCap();
        int maxRows = wholeTiles(maxQueries);
        if (visible.length < maxRows) {
            visible = new int[maxRows];
            hidden = new int[maxRows];
        }
        outRow = valuePanels(dim) * Panel.ROW;
        long floats = Math.ceilDiv(maxRows, 16) * 16L;
        long bytes = 2 * floats * 4 + (maxRows + 2) * VECTOR + maxRows * (SCORE_ROW + outRow + dim * 4L) + VECTOR;
        max = scratch.floats(bytes / 4 + extraFloats);
        factors = max + floats * 4;
        spare = factors + floats * 4;
        arguments = spare + VECTOR;
        sums = arguments + VECTOR;
        scores = sums + maxRows * VECTOR;
        out = scores + maxRows * SCORE_ROW;
        query = out + maxRows * outRow;
        extra = Math.ceilDiv(query + maxRows * (dim * 4L), VECTOR) * VECTOR;
        begin(maxQueries);
    }

    /** Starts a block of {@code queries}. */
    void begin(int queries) {
        this.queries = queries;
        hides = false;
        rows = wholeTiles(queries);
    }

    private int wholeTiles(int queries) {
        return Math.ceilDiv(queries, tileRows) * tileRows;
    }

    /** Panels that rows of {@code dim} values fill. */
    static int valuePanels(int dim) {
        return Math.ceilDiv(dim, Panel.COLUMNS);
    }

    /** End of the keys that some row of a tile may look at. */
    int reach(int firstRow) {
        int reach = 0;
        for (int row = firstRow; row < firstRow + tileRows; row++) {
            reach = Math.max(reach, visible[row]);
        }
        return reach;
    }

    /** First key that some row of a tile may look at. */
    int from(int firstRow) {
        if (!hides) {
            return 0;
        }
        int from = hidden[firstRow];
        for (int row = firstRow + 1; row < firstRow + tileRows; row++) {
            from = Math.min(from, hidden[row]);
        }
        return from;
    }

    long queryRow(int row) {
        return query + row * (dim * 4L);
    }

    /** [KEYS] f32: a row's scores, then its weights. */
    long scoreRow(int row) {
        return scores + row * SCORE_ROW;
    }

    /** One vector: a row's sum of weights, lane by lane. */
    long sums(int row) {
        return sums + row * VECTOR;
    }

    /** [dim] f32 up to whole panels: a row's weighted values. */
    long outRow(int row) {
        return out + row * outRow;
    }
}
