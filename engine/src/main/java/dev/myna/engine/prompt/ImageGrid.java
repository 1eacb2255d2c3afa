// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

/**
 * The rows of an image as places of a grid, row by row from the top left. Decoders with rotary positions of several axes turn each row
 * of the image by its place.
 *
 * @param rows at least 1
 * @param columns at least 1
 */
public record ImageGrid(int rows, int columns) {

    /** @throws IllegalArgumentException if a side is not positive, or there are more than 2^31 - 1 places */
    public ImageGrid {
        if (rows <= 0 || columns <= 0 || (long) rows * columns > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("an image grid of " + rows + " x " + columns + " places");
        }
    }

    /** Places of the grid: the decoder rows of the image. */
    public int size() {
        return rows * columns;
    }
}
