// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

/**
 * The patches of an image. They are counted place by place, row by row of places, where a place is a square of four patches that become
 * one decoder row; inside a place row by row (docs/spec/families.md 1.2).
 *
 * @param rows of patches, even
 * @param columns of patches, even
 */
record PatchGrid(int rows, int columns) {
    /** Patches along a side of a place. */
    static final int MERGE = 2;

    /** Patches of a place. */
    static final int PER_PLACE = MERGE * MERGE;

    PatchGrid {
        if (rows <= 0 || columns <= 0 || rows % MERGE != 0 || columns % MERGE != 0) {
            throw new IllegalArgumentException("a grid of " + rows + " x " + columns + " patches");
        }
    }

    int patches() {
        return Math.multiplyExact(rows, columns);
    }

    int placeRows() {
        return rows / MERGE;
    }

    int placeColumns() {
        return columns / MERGE;
    }

    int places() {
        return placeRows() * placeColumns();
    }

    /** Row of patches of a patch. */
    int row(int patch) {
        return patch / PER_PLACE / placeColumns() * MERGE + patch % PER_PLACE / MERGE;
    }

    /** Column of patches of a patch. */
    int column(int patch) {
        return patch / PER_PLACE % placeColumns() * MERGE + patch % MERGE;
    }
}
