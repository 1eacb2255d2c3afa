// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * Which sequence and position each activation row of a decoder step belongs to. Rows of several sequences may be mixed;
 * rows of one sequence must be in increasing position order. Reused between steps: {@link #clear} then {@link #add}.
 */
public final class Batch {
    private final KvCache[] caches;
    private final int[] positions;
    private int rows;

    /** A batch of at most {@code capacity} rows. */
    public Batch(int capacity) {
        caches = new KvCache[capacity];
        positions = new int[capacity];
    }

    /** Removes all rows. */
    public void clear() {
        java.util.Arrays.fill(caches, 0, rows, null);
        rows = 0;
    }

    /**
     * Appends a row at {@code position} of the sequence whose keys and values {@code cache} holds.
     *
     * @throws IndexOutOfBoundsException if the batch is full or the position lies outside the cache
     */
    public void add(KvCache cache, int position) {
        java.util.Objects.checkIndex(rows, caches.length);
        java.util.Objects.checkIndex(position, cache.shape().capacity());
        caches[rows] = cache;
        positions[rows++] = position;
    }

    /** Rows added since the last {@link #clear}. */
    public int rows() {
        return rows;
    }

    /** The sequence of a row. */
    public KvCache cache(int row) {
        return caches[java.util.Objects.checkIndex(row, rows)];
    }

    /** The position of a row in its sequence, from 0. */
    public int position(int row) {
        return positions[java.util.Objects.checkIndex(row, rows)];
    }
}
