// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Device;
import java.util.Arrays;

/**
 * Causal attention of a batch. A unit of work is one kv head of one block of rows: consecutive rows of one sequence, so few
 * that their query heads together are about {@link #QUERIES}. Blocks depend on the batch alone, never on the threads.
 *
 * @param query address of rows of heads x dim f32; out likewise
 * @param blocks first row of each block, then the number of rows
 */
record CausalAttentionJob(long query, long out, Batch batch, int layer, Device.Heads heads, int[] blocks) {
    private static final int QUERIES = 64;

    static CausalAttentionJob of(long query, long out, Batch batch, int layer, Device.Heads heads) {
        int limit = Math.max(1, QUERIES * heads.kvCount() / heads.count());
        int[] starts = new int[batch.rows() + 1];
        int count = 0;
        for (int row = 0; row < batch.rows(); row++) {
            boolean continues = count > 0
                    && row - starts[count - 1] < limit
                    && batch.cache(row) == batch.cache(row - 1);
            if (!continues) {
                starts[count++] = row;
            }
        }
        starts[count++] = batch.rows();
        return new CausalAttentionJob(query, out, batch, layer, heads, Arrays.copyOf(starts, count));
    }

    int blockCount() {
        return blocks.length - 1;
    }

    /** Units of one kv head follow each other, so that every band gets early (short) and late (long) blocks. */
    int units() {
        return blockCount() * heads.kvCount();
    }

    int kvHead(int unit) {
        return unit / blockCount();
    }

    int firstRow(int unit) {
        return blocks[unit % blockCount()];
    }

    int endRow(int unit) {
        return blocks[unit % blockCount() + 1];
    }

    /** Query heads per kv head. */
    int sharing() {
        return heads.count() / heads.kvCount();
    }

    CpuKvCache cache(int row) {
        return (CpuKvCache) batch.cache(row);
    }

    /** Byte offset of one head of one row in query and out. */
    long offset(int row, int head) {
        return ((long) row * heads.count() + head) * heads.dim() * 4L;
    }
}
