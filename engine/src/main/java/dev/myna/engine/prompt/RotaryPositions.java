// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.kernels.Batch;
import java.util.Arrays;

/**
 * The positions by which rotary embedding turns the rows of a prompt, on {@link Batch#AXES} axes. They are not the rows' places in a
 * cache: a row of text has the next position on all axes; the rows of an image with a grid, as many as they are, have one on the first
 * axis, and count by row and column on the others. What follows comes after the last of them.
 */
public final class RotaryPositions {
    private final int firstRow;
    /** [row - firstRow][axis]. */
    private int[] positions = new int[Batch.AXES * 16];

    private int count;
    private int next;

    /** Of a prompt from its beginning on. */
    public RotaryPositions() {
        this(0, 0);
    }

    /**
     * Of the end of a prompt.
     *
     * @param firstRow rows in front of it
     * @param next the position of the row that follows them, if it is text
     */
    public RotaryPositions(int firstRow, int next) {
        this.firstRow = firstRow;
        this.next = next;
    }

    /** Adds rows that count like text. */
    public void addText(int rows) {
        for (int i = 0; i < rows; i++) {
            add(next, next, next);
            next++;
        }
    }

    /** Adds the rows of an image, row by row of its grid. */
    public void addImage(ImageGrid grid) {
        for (int row = 0; row < grid.rows(); row++) {
            for (int column = 0; column < grid.columns(); column++) {
                add(next, next + row, next + column);
            }
        }
        next += Math.max(grid.rows(), grid.columns());
    }

    private void add(int t, int h, int w) {
        int at = Batch.AXES * count++;
        if (at == positions.length) {
            positions = Arrays.copyOf(positions, 2 * positions.length);
        }
        positions[at] = t;
        positions[at + 1] = h;
        positions[at + 2] = w;
    }

    /** The position of a row on an axis. */
    public int get(int row, int axis) {
        return positions[Batch.AXES * (row - firstRow) + axis];
    }

    /** The largest position of a row. */
    public int last(int row) {
        return Math.max(get(row, 0), Math.max(get(row, 1), get(row, 2)));
    }

    /** The position of a row of text behind all of these. */
    public int next() {
        return next;
    }
}
