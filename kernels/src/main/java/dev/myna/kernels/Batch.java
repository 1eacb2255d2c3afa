// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.util.Arrays;
import java.util.Objects;

/**
 * Which sequence and position each activation row of a decoder step belongs to. Rows of several sequences may be mixed;
 * rows of one sequence must be in increasing position order. Reused between steps: {@link #clear} then {@link #add}.
 *
 * <p>A row has a position in its sequence's cache, which says what it sees, and one position on each of {@link #AXES} axes, which
 * rotary embedding turns it by. Text has the same on all axes; rows of an image lie at their time, row and column.
 */
public final class Batch {
    /** Axes of rotary positions: time, row, column. */
    public static final int AXES = 3;

    private final KvCache[] caches;
    private final int[] positions;
    private final int[] blockFirst;
    private final int[] blockLast;
    /** [row][axis]. */
    private final int[] ropePositions;

    private int rows;

    /** A batch of at most {@code capacity} rows. */
    public Batch(int capacity) {
        caches = new KvCache[capacity];
        positions = new int[capacity];
        blockFirst = new int[capacity];
        blockLast = new int[capacity];
        ropePositions = new int[Math.multiplyExact(AXES, capacity)];
    }

    /** Removes all rows. */
    public void clear() {
        Arrays.fill(caches, 0, rows, null);
        rows = 0;
    }

    /**
     * Appends a row at {@code position} of the sequence whose keys and values {@code cache} holds, which is its position on all axes.
     *
     * @throws IndexOutOfBoundsException if the batch is full or the position lies outside the cache
     */
    public void add(KvCache cache, int position) {
        add(cache, position, position, position, position);
    }

    /**
     * Appends a row at {@code position} of the sequence whose keys and values {@code cache} holds, which rotary embedding turns by
     * other positions, 0 or more: {@code t} on axis 0, {@code h} on axis 1, {@code w} on axis 2.
     *
     * @throws IndexOutOfBoundsException if the batch is full, the position lies outside the cache or one of the others is negative
     */
    public void add(KvCache cache, int position, int t, int h, int w) {
        Objects.checkIndex(position, cache.shape().capacity());
        append(cache, position, t, h, w);
    }

    /**
     * Appends a row without a sequence, for {@link Attention#rope} alone: patches of an image.
     *
     * @throws IndexOutOfBoundsException if the batch is full or a position is negative
     */
    public void add(int t, int h, int w) {
        append(null, 0, t, h, w);
    }

    private void append(KvCache cache, int position, int t, int h, int w) {
        Objects.checkIndex(rows, caches.length);
        if ((t | h | w) < 0) {
            throw new IndexOutOfBoundsException("rotary positions " + t + ", " + h + ", " + w + ": one is negative");
        }
        caches[rows] = cache;
        positions[rows] = position;
        blockFirst[rows] = position;
        blockLast[rows] = position;
        ropePositions[AXES * rows] = t;
        ropePositions[AXES * rows + 1] = h;
        ropePositions[AXES * rows + 2] = w;
        rows++;
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
        int row = Objects.checkIndex(rows - 1, rows);
        if (caches[row] == null) {
            throw new IllegalArgumentException("batch row " + row + " has no sequence, and so no block");
        }
        if (first < 0 || first > positions[row] || last < positions[row]) {
            throw new IllegalArgumentException("batch row " + row + ": position " + positions[row]
                    + " lies outside its block " + first + ".." + last);
        }
        Objects.checkIndex(last, caches[row].shape().capacity());
        blockFirst[row] = first;
        blockLast[row] = last;
    }

    /** Rows added since the last {@link #clear}. */
    public int rows() {
        return rows;
    }

    /** The sequence of a row; null for a row without one. */
    public KvCache cache(int row) {
        return caches[Objects.checkIndex(row, rows)];
    }

    /** The position of a row in its sequence's cache, from 0: it sees this one and all before it. */
    public int position(int row) {
        return positions[Objects.checkIndex(row, rows)];
    }

    /** What rotary embedding turns the pairs of a row's heads by that follow {@code axis} (0 to {@link #AXES} - 1). */
    public int ropePosition(int row, int axis) {
        return ropePositions[AXES * Objects.checkIndex(row, rows) + Objects.checkIndex(axis, AXES)];
    }

    /** Whether a row has the same position on all axes. */
    public boolean sameOnAllAxes(int row) {
        int first = AXES * Objects.checkIndex(row, rows);
        return ropePositions[first] == ropePositions[first + 1] && ropePositions[first] == ropePositions[first + 2];
    }

    /** First position of a row's block. */
    public int blockFirst(int row) {
        return blockFirst[Objects.checkIndex(row, rows)];
    }

    /** Last position of a row's block: the last one that the row may look at. */
    public int blockLast(int row) {
        return blockLast[Objects.checkIndex(row, rows)];
    }

    /** First position that a row may look at: the first of its window or of its block, whichever is lower. */
    public int firstVisible(int row, int window) {
        return Math.min(Math.max(0, position(row) - window + 1), blockFirst[row]);
    }
}
