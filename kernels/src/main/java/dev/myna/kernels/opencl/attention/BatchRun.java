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

    /** The row behind it. */
    int end() {
        return row + count;
    }
}
