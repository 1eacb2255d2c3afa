// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/**
 * A group of 32 with a float16 scale: the levels and the scale of least weighted squared error, as far as a search and a few
 * rounds of refinement find them. Holds the result of the last search.
 */
final class ScaledGroup {
    static final int SIZE = 32;
    private static final int ROUNDS = 3;

    private final Levels levels;
    private final GroupScale search;
    private final int[] trial = new int[SIZE];

    /** The chosen level of each element. */
    final int[] quants = new int[SIZE];

    ScaledGroup(Levels levels) {
        this.levels = levels;
        this.search = new GroupScale(levels, 0.25f, 8);
    }

    /** Finds the levels of elements {@code from} to {@code from + 32} and returns their scale, which is a float16. */
    float find(float[] row, float[] w, int from) {
        search.find(row, w, from, SIZE);
        return refine(row, w, from, Halves.round(search.scale));
    }

    /** Levels for the rounded scale, then the best scale for them, as long as the error falls; the scale. */
    private float refine(float[] row, float[] w, int from, float first) {
        float d = first;
        double best = round(row, w, from, d, quants);
        for (int i = 0; i < ROUNDS && d != 0; i++) {
            double xq = 0;
            double qq = 0;
            for (int j = 0; j < SIZE; j++) {
                xq += w[from + j] * row[from + j] * quants[j];
                qq += w[from + j] * quants[j] * quants[j];
            }
            float next = qq > 0 ? Halves.round((float) (xq / qq)) : 0;
            double error = round(row, w, from, next, trial);
            if (!(error < best)) {
                break;
            }
            best = error;
            d = next;
            System.arraycopy(trial, 0, quants, 0, SIZE);
        }
        return d;
    }

    private double round(float[] row, float[] w, int from, float d, int[] chosen) {
        float inverse = Math.abs(d) < GroupScale.NOTHING ? 0 : 1 / d;
        double error = 0;
        for (int i = 0; i < SIZE; i++) {
            float q = levels.round(row[from + i] * inverse);
            float off = row[from + i] - d * q;
            chosen[i] = (int) q;
            error += w[from + i] * off * off;
        }
        return error;
    }
}
