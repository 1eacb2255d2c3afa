// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

/**
 * The order in which a tower holds the places of a grid, and which of them see each other: windows in row order, the places of each in row
 * order. Windows at the right and bottom edge are smaller (docs/spec/families.md 1.4).
 *
 * @param places the place at each position of the order
 * @param lengths places of each window
 */
record PlaceOrder(int[] places, int[] lengths) {

    /** One window of all places. */
    static PlaceOrder whole(PatchGrid grid) {
        return windows(grid, Math.max(grid.placeRows(), grid.placeColumns()));
    }

    /** Windows of at most {@code side x side} places. */
    static PlaceOrder windows(PatchGrid grid, int side) {
        int across = Math.ceilDiv(grid.placeColumns(), side);
        int down = Math.ceilDiv(grid.placeRows(), side);
        int[] places = new int[grid.places()];
        int[] lengths = new int[across * down];
        int count = 0;
        for (int window = 0; window < lengths.length; window++) {
            int top = window / across * side;
            int left = window % across * side;
            int before = count;
            for (int row = top; row < Math.min(top + side, grid.placeRows()); row++) {
                for (int column = left; column < Math.min(left + side, grid.placeColumns()); column++) {
                    places[count++] = row * grid.placeColumns() + column;
                }
            }
            lengths[window] = count - before;
        }
        return new PlaceOrder(places, lengths);
    }

    /** The patch, as {@link PatchGrid} counts, at a position of the tower. */
    int patch(int position) {
        return places[position / PatchGrid.PER_PLACE] * PatchGrid.PER_PLACE + position % PatchGrid.PER_PLACE;
    }

    /** Patches of each window. */
    int[] patchLengths() {
        int[] patches = lengths.clone();
        for (int i = 0; i < patches.length; i++) {
            patches[i] *= PatchGrid.PER_PLACE;
        }
        return patches;
    }
}
