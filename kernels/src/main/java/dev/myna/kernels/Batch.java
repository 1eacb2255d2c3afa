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
    /** [row][axis]. */
    private final int[] ropePositions;

    private int rows;

    /** A batch of at most {@code capacity} rows. */
    public Batch(int capacity) {
        caches = new KvCache[capacity];
        positions = new int[capacity];
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
     * Appends a row without a sequence, for {@link Device#rope} alone: patches of an image.
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
        ropePositions[AXES * rows] = t;
        ropePositions[AXES * rows + 1] = h;
        ropePositions[AXES * rows + 2] = w;
        rows++;
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
}
