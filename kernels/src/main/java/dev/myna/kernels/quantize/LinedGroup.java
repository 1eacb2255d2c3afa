// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/**
 * A group of 32 with a float16 scale and a float16 offset: the levels, from 0 up, of least weighted squared error. Holds the
 * result of the last search.
 */
final class LinedGroup {
    static final int SIZE = 32;
    private static final int STEPS = 8;

    private final int highest;
    private final GroupLine search;

    /** The chosen level of each element. */
    final int[] quants = new int[SIZE];

    /** What a level is multiplied with, a float16. */
    float scale;

    /** What is added, a float16, not positive. */
    float offset;

    LinedGroup(int highest) {
        this.highest = highest;
        this.search = new GroupLine(highest, STEPS);
    }

    /** Finds the line of elements {@code from} to {@code from + 32}. */
    void find(float[] row, float[] w, int from) {
        search.find(row, w, from, SIZE);
        scale = Halves.round(search.scale);
        offset = Halves.round(-search.minimum);
        float inverse = scale < GroupScale.NOTHING ? 0 : 1 / scale;
        for (int i = 0; i < SIZE; i++) {
            float level = Math.max(0, Math.min(highest, (row[from + i] - offset) * inverse));
            quants[i] = (int) (level + 0.5f);
        }
    }
}
