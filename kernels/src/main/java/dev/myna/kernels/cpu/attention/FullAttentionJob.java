// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.Attention;

/**
 * Unmasked attention inside groups of rows. A unit of work is a block of rows of one head of one group; the units of one
 * head follow each other.
 *
 * @param query address of rows of heads x dim f32; key, value and out likewise (key and value: kv heads)
 */
public record FullAttentionJob(
        long query, long key, long value, long out, int group, int groups, Attention.Heads heads) {
    /** Most rows per unit: their queries and scores stay in the L2 cache beside a block of keys. */
    private static final int MAX_ROWS = 96;

    private int blocks() {
        return Math.ceilDiv(group, MAX_ROWS);
    }

    /** Rows per unit, but for the last of a group: as even as whole tiles of six allow. */
    int rowsPerUnit() {
        int tile = 6;
        return Math.ceilDiv(group, blocks() * tile) * tile;
    }

    public int units() {
        return Math.multiplyExact(Math.multiplyExact(groups, heads.count()), blocks());
    }

    private int head(int unit) {
        return unit / blocks() % heads.count();
    }

    private int kvHead(int unit) {
        return head(unit) / (heads.count() / heads.kvCount());
    }

    private int group(int unit) {
        return unit / blocks() / heads.count();
    }

    /** First row of a unit, in its group. */
    int firstRow(int unit) {
        return Math.min(group, unit % blocks() * rowsPerUnit());
    }

    int endRow(int unit) {
        return Math.min(group, firstRow(unit) + rowsPerUnit());
    }

    /** Number of the keys and values a unit looks at. */
    int kvPart(int unit) {
        return group(unit) * heads.kvCount() + kvHead(unit);
    }

    /** Byte offset of a query, and of its output. */
    long queryOffset(int unit, int row) {
        return (((long) group(unit) * group + row) * heads.count() + head(unit)) * heads.dim() * 4L;
    }

    long kvRowBytes() {
        return 4L * heads.kvCount() * heads.dim();
    }

    /** Byte offset of the first key and value a unit looks at. */
    long kvOffset(int unit) {
        return group(unit) * group * kvRowBytes() + kvHead(unit) * (4L * heads.dim());
    }

    /** The cost of some units without matmuls, in elements of an addition: softmax weights, and packing keys and values. */
    public long elements(int from, int to) {
        long weights = 4L * (to - from) * rowsPerUnit() * group;
        return weights + 2L * Math.ceilDiv(to - from, blocks()) * group * heads.dim();
    }
}
