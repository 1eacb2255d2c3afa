// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.attention;

import dev.myna.kernels.Batch;

/** Consecutive positions of one sequence among the rows of a batch. */
record BatchRun(ClKvCache cache, int row, int position, int count) {

    /** The run that begins at {@code row}. */
    static BatchRun of(Batch batch, int row, int layer) {
        ClKvCache cache = ClKvCache.of(batch, row, layer);
        int position = batch.position(row);
        int count = 1;
        while (row + count < batch.rows()
                && batch.cache(row + count) == cache
                && batch.position(row + count) == position + count) {
            count++;
        }
        return new BatchRun(cache, row, position, count);
    }

    /** The run that begins at {@code row} and has one block, or no blocks. */
    static BatchRun ofBlock(Batch batch, int row, int layer) {
        BatchRun all = of(batch, row, layer);
        int count = 1;
        while (count < all.count && sameBlock(batch, row, row + count)) {
            count++;
        }
        return new BatchRun(all.cache, row, all.position, count);
    }

    /** Whether a row sees a block besides its own position. */
    static boolean hasBlock(Batch batch, int row) {
        return batch.blockFirst(row) < batch.blockLast(row);
    }

    private static boolean sameBlock(Batch batch, int row, int other) {
        return hasBlock(batch, row) == hasBlock(batch, other)
                && (!hasBlock(batch, row)
                        || (batch.blockFirst(row) == batch.blockFirst(other)
                                && batch.blockLast(row) == batch.blockLast(other)));
    }

    /** The row behind it. */
    int end() {
        return row + count;
    }
}
