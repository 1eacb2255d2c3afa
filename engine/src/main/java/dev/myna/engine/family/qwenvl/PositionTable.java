// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/**
 * Learned positions of a square grid, stretched over the grid of an image: its corners are those of the table, and between four entries
 * the value is linear in both directions (docs/spec/families.md 1.3).
 */
final class PositionTable {
    static final String NAME = "v.position_embd.weight";

    /** Entries that a table may have: 16 times those of the published ones. */
    private static final long MAX_ENTRIES = 16 * 2304;

    /** Elements that it may have, 16 times those of the largest published one. */
    private static final long MAX_ELEMENTS = MAX_ENTRIES * 1152;

    private final float[] values;
    private final int width;
    private final int side;

    private PositionTable(float[] values, int width, int side) {
        this.values = values;
        this.width = width;
        this.side = side;
    }

    /** @throws ModelException if the table is not square */
    static PositionTable load(GgufFile file, int width, Device device) {
        long entries = file.require(NAME).rows();
        int side = (int) Math.round(Math.sqrt(entries));
        if (entries > MAX_ENTRIES || (long) side * side != entries) {
            throw new ModelException(file.name() + ": " + NAME + " has " + entries
                    + " rows; it must be a square of at most " + MAX_ENTRIES);
        }
        if (entries * width > MAX_ELEMENTS) {
            throw new ModelException(file.name() + ": " + NAME + " has " + entries + " rows of " + width
                    + " elements, more than " + MAX_ELEMENTS + " in all");
        }
        Tensor tensor = file.require(NAME, width, entries);
        Weight table = device.load(tensor);
        int n = (int) entries;
        int[] ids = new int[n];
        for (int i = 0; i < n; i++) {
            ids[i] = i;
        }
        float[] values = new float[Math.multiplyExact(n, width)];
        try (Arena scope = Arena.ofShared()) {
            Buffer rows = device.allocate(scope, n, width);
            device.matrices().embed(table, ids, 0, rows, n);
            device.read(rows, values, 0, n);
        }
        return new PositionTable(values, width, side);
    }

    /** Adds to {@code target} at {@code offset} the position of a patch, [width]. */
    void write(PatchGrid grid, int patch, float[] target, int offset) {
        double y = coordinate(grid.row(patch), grid.rows());
        double x = coordinate(grid.column(patch), grid.columns());
        int top = (int) y;
        int left = (int) x;
        int bottom = Math.min(top + 1, side - 1);
        int right = Math.min(left + 1, side - 1);
        double down = y - top;
        double across = x - left;
        add((1 - down) * (1 - across), top, left, target, offset);
        add((1 - down) * across, top, right, target, offset);
        add(down * (1 - across), bottom, left, target, offset);
        add(down * across, bottom, right, target, offset);
    }

    private double coordinate(int index, int count) {
        return count == 1 ? 0 : (double) index * (side - 1) / (count - 1);
    }

    private void add(double weight, int row, int column, float[] target, int offset) {
        int from = (row * side + column) * width;
        for (int i = 0; i < width; i++) {
            target[offset + i] += (float) (weight * values[from + i]);
        }
    }
}
