// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

/** Finds how to round blocks with the least weighted squared error, several blocks at once. Holds the result of the last search. */
public interface BlockSearch {

    /** Blocks that are searched at once, at most. */
    int blocks();

    /**
     * Searches.
     *
     * @param row finite numbers
     * @param w how much a squared error counts, one per element
     * @param from first element of the first block in the row
     * @param count how many blocks
     * @throws ArithmeticException if a number is too large for a search
     */
    void fit(float[] row, float[] w, int from, int count);
}
