// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

/**
 * Which sequence and position each activation row of a decoder step belongs to. Rows of several sequences may be mixed;
 * rows of one sequence must be in increasing position order. Reused between steps: {@link #clear} then {@link #add}.
 */
public final class Batch {
    private final KvCache[] caches;
    private final int[] positions;
    private final int[] blockFirst;
    private final int[] blockLast;
    private int rows;

    /** A batch of at most {@code capacity} rows. */
    public Batch(int capacity) {
        caches = new KvCache[capacity];
        positions = new int[capacity];
        blockFirst = new int[capacity];
        blockLast = new int[capacity];
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
        blockFirst[rows] = position;
        blockLast[rows] = position;
        positions[rows++] = position;
    }

    /**
     * Lets the row added last look at all positions of a block, whatever its window: the rows of one image that see each other in both
     * directions. Without this call a row's block is its own position.
     *
     * @param first first position of the block, at most the row's own
     * @param last last position of the block, at least the row's own; its keys and values must be stored before attention
     * @throws IllegalArgumentException if the row lies outside the block
     * @throws IndexOutOfBoundsException if there is no row, or the block ends outside the cache
     */
    public void block(int first, int last) {
        int row = java.util.Objects.checkIndex(rows - 1, rows);
        if (first < 0 || first > positions[row] || last < positions[row]) {
            throw new IllegalArgumentException("batch row " + row + ": position " + positions[row]
                    + " lies outside its block " + first + ".." + last);
        }
        java.util.Objects.checkIndex(last, caches[row].shape().capacity());
        blockFirst[row] = first;
        blockLast[row] = last;
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

    /** First position of a row's block. */
    public int blockFirst(int row) {
        return blockFirst[java.util.Objects.checkIndex(row, rows)];
    }

    /** Last position of a row's block: the last one that the row may look at. */
    public int blockLast(int row) {
        return blockLast[java.util.Objects.checkIndex(row, rows)];
    }

    /** First position that a row may look at: the first of its window or of its block, whichever is lower. */
    public int firstVisible(int row, int window) {
        return Math.min(Math.max(0, position(row) - window + 1), blockFirst[row]);
    }
}
