// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.Attention;
import dev.myna.kernels.Batch;
import dev.myna.kernels.cpu.kv.CpuKvCache;
import dev.myna.kernels.machine.NativeMemory;
import java.util.Arrays;

/**
 * Causal attention of a batch, kept and filled anew for each call. Rows fall into blocks: consecutive rows of one sequence, so
 * few that their query heads together are about {@link #QUERIES}. A unit of work is one kv head of one block, over all positions
 * that some row of it may look at, from the beginning of a chunk on; a block of a single row is cut along the context as well, every
 * {@code span} positions, so that generation keeps many threads busy. Units of such a block leave partial results, which are combined in order. Blocks and units depend on
 * the batch alone, never on the threads, and those of the longest contexts tend to come first.
 */
public final class CausalAttentionJob {
    private static final int QUERIES = 96;

    private Batch batch;
    private int layer;
    private Attention.Heads heads;
    private long query;
    private long out;
    private int window;
    private int span;

    private int blocks;
    private int splitBlocks;
    /** First row of each block, last block first. */
    private int[] firstRow = new int[1];
    /** First unit of each block, then the number of units. */
    private int[] firstUnit = new int[2];
    /** First position of each block's context. */
    private int[] firstPosition = new int[1];
    /** End of each block's context. */
    private int[] endPosition = new int[1];
    /** The blocks cut along the context. */
    private int[] split = new int[1];

    private long partials;

    /**
     * @param window positions a row looks at, its own and those before
     * @param span positions per unit of a block of one row, a multiple of {@link CpuKvCache#CHUNK}
     */
    public void prepare(long query, long out, Batch batch, int layer, Attention.Heads heads, int window, int span) {
        this.query = query;
        this.out = out;
        this.batch = batch;
        this.layer = layer;
        this.heads = heads;
        this.window = window;
        this.span = span;
        if (firstRow.length < batch.rows()) {
            firstRow = new int[batch.rows()];
            firstUnit = new int[batch.rows() + 1];
            firstPosition = new int[batch.rows()];
            endPosition = new int[batch.rows()];
            split = new int[batch.rows()];
        }
        blocks = 0;
        splitBlocks = 0;
        int maxRows = Math.max(1, QUERIES / sharing());
        int unit = 0;
        for (int end = batch.rows(); end > 0; end = firstRow[blocks - 1]) {
            firstRow[blocks] = firstRow(end, maxRows);
            firstUnit[blocks] = unit;
            setContext(blocks, firstRow[blocks], end);
            int spans = spans(blocks);
            if (spans > 1) {
                split[splitBlocks++] = blocks;
            }
            unit = Math.addExact(unit, Math.multiplyExact(spans, heads.kvCount()));
            blocks++;
        }
        firstUnit[blocks] = unit;
    }

    private void setContext(int block, int firstRow, int endRow) {
        int from = Integer.MAX_VALUE;
        int end = 0;
        for (int row = firstRow; row < endRow; row++) {
            from = Math.min(from, firstVisible(row));
            end = Math.max(end, endVisible(row));
        }
        firstPosition[block] = from & -CpuKvCache.CHUNK;
        endPosition[block] = end;
    }

    private int firstRow(int end, int maxRows) {
        int row = end - 1;
        while (end - row < maxRows && continues(row)) {
            row--;
        }
        // A single row is summed in spans. Whether a row is single must not depend on how a sequence is cut into
        // blocks.
        boolean leavesOne = continues(row) && !continues(row - 1);
        return leavesOne && end - row > 2 ? row + 1 : row;
    }

    /** Whether the row before belongs to the same sequence. */
    private boolean continues(int row) {
        return row > 0 && batch.cache(row - 1) == batch.cache(row);
    }

    /** Forgets the batch. */
    void clear() {
        batch = null;
    }

    public int units() {
        return firstUnit[blocks];
    }

    int layer() {
        return layer;
    }

    public Attention.Heads heads() {
        return heads;
    }

    /** Query heads per kv head. */
    int sharing() {
        return heads.count() / heads.kvCount();
    }

    int block(int unit) {
        int at = Arrays.binarySearch(firstUnit, 0, blocks, unit);
        return at >= 0 ? at : -at - 2;
    }

    int firstRowOf(int block) {
        return firstRow[block];
    }

    int endRowOf(int block) {
        return block == 0 ? batch.rows() : firstRow[block - 1];
    }

    /** Parts a block's context is cut into. */
    int spans(int block) {
        boolean single = endRowOf(block) - firstRow[block] == 1;
        return single ? Math.ceilDiv(endPosition[block] - firstPosition[block], span) : 1;
    }

    int kvHead(int unit) {
        return (unit - firstUnit[block(unit)]) % heads.kvCount();
    }

    private int spanOf(int unit) {
        return (unit - firstUnit[block(unit)]) / heads.kvCount();
    }

    /** The cost of a unit without matmuls, in elements of an addition: softmax weights, and packing keys and values. */
    public long elements(int unit) {
        int block = block(unit);
        long positions = endPosition(unit) - firstPosition(unit);
        long queries = (long) (endRowOf(block) - firstRow[block]) * sharing();
        return positions * (4 * queries + 4L * heads.dim());
    }

    /** First position a unit looks at. */
    int firstPosition(int unit) {
        int block = block(unit);
        return firstPosition[block] + spanOf(unit) * (spans(block) == 1 ? 0 : span);
    }

    /** End of the positions a unit looks at. */
    int endPosition(int unit) {
        int block = block(unit);
        int all = endPosition[block];
        return spans(block) == 1 ? all : Math.min(all, firstPosition[block] + (spanOf(unit) + 1) * span);
    }

    /** First position a row may look at. */
    int firstVisible(int row) {
        return batch.firstVisible(row, window);
    }

    /** End of the positions a row may look at. */
    int endVisible(int row) {
        return batch.blockLast(row) + 1;
    }

    public CpuKvCache cache(int row) {
        return (CpuKvCache) batch.cache(row);
    }

    private long offset(int row, int head) {
        return ((long) row * heads.count() + head) * heads.dim() * 4L;
    }

    long query(int row, int head) {
        return query + offset(row, head);
    }

    long out(int row, int head) {
        return out + offset(row, head);
    }

    // Partial results: maximum and sum of each head and span of the split blocks, then the outputs of each unit's
    // heads.

    /** f32 of partial results; 0 if no block is split. */
    public long partialFloats() {
        return splitBlocks == 0 ? 0 : (long) units() * sharing() * (2 + heads.dim());
    }

    public void setPartials(long address) {
        partials = address;
    }

    /** Address of the maxima of a head of a split block, one per span. */
    long partialMax(int block, int head) {
        return partials + ((long) firstUnit[block] * sharing() + (long) head * spans(block)) * 4;
    }

    /** Address of the sums of a head of a split block, one per span. */
    long partialSum(int block, int head) {
        return partialMax(block, head) + (long) units() * sharing() * 4;
    }

    /** Address of a head's outputs over one span; {@link #partialOutStride} from span to span. */
    long partialOut(int block, int head, int span) {
        long row = ((long) firstUnit[block] + (long) span * heads.kvCount()) * sharing() + head;
        return partials + (2L * units() * sharing() + row * heads.dim()) * 4;
    }

    long partialOutStride() {
        return 4L * heads.count() * heads.dim();
    }

    /** Whether a unit's result is partial; if so, {@link #putPartial} takes its maximum and sum. */
    boolean isPartial(int unit) {
        return spans(block(unit)) > 1;
    }

    void putPartial(int unit, int head, float max, float sum) {
        int block = block(unit);
        NativeMemory.putFloat(partialMax(block, head) + spanOf(unit) * 4L, max);
        NativeMemory.putFloat(partialSum(block, head) + spanOf(unit) * 4L, sum);
    }

    /** Address of a unit's partial output of a head. */
    long partialOut(int unit, int head) {
        return partialOut(block(unit), head, spanOf(unit));
    }

    /** Heads of split blocks, whose partial results are to be combined. */
    public int combinations() {
        return splitBlocks * heads.count();
    }

    int combinedBlock(int combination) {
        return split[combination / heads.count()];
    }

    int combinedHead(int combination) {
        return combination % heads.count();
    }
}
