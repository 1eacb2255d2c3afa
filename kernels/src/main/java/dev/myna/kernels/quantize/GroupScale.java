// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/**
 * The scale s of one group with x = s q, q a level, of least weighted squared error. Levels chosen by rounding x / t have
 * the best scale {@code s = sum(w x q) / sum(w q q)}, and with it the error {@code sum(w x x) - sum(w x q)^2 / sum(w q q)};
 * so many t are tried, of either sign, and then t = s until nothing changes. Holds the result of the last search.
 */
final class GroupScale {
    /** Below it 1 / x overflows, and every float16 scale is 0 anyway. */
    static final float NOTHING = 1e-30f;

    private static final int REFINEMENTS = 4;

    private final Levels levels;
    private final float[] targets;

    /** The scale; 0 for a group of zeros. */
    float scale;

    /** {@code sum(w q q)} of the chosen levels. */
    double squares;

    private double sumXq;
    private double sumQq;

    /**
     * @param spread how far, relative to the outermost level, the largest element is tried from it: few levels are better used
     *     when it is clipped
     * @param steps number of trials on each side
     */
    GroupScale(Levels levels, float spread, int steps) {
        this.levels = levels;
        targets = new float[2 * (2 * steps + 1)];
        for (int i = -steps; i <= steps; i++) {
            float factor = 1 + spread * i / steps;
            targets[2 * (i + steps)] = levels.lowest() * factor;
            targets[2 * (i + steps) + 1] = levels.highest() * factor;
        }
    }

    /** Finds the scale of elements {@code from} to {@code from + n}. */
    void find(float[] x, float[] w, int from, int n) {
        float extreme = Extremes.signed(x, from, n);
        Extremes.requireSearchable(Math.abs(extreme));
        scale = 0;
        squares = 0;
        if (Math.abs(extreme) < NOTHING) {
            return;
        }
        double best = 0;
        for (float target : targets) {
            double gain = fit(x, w, from, n, target / extreme);
            if (gain > best) {
                best = gain;
                keep();
            }
        }
        for (int i = 0; i < REFINEMENTS && scale != 0; i++) {
            double gain = fit(x, w, from, n, 1 / scale);
            if (gain <= best) {
                return;
            }
            best = gain;
            keep();
        }
    }

    private void keep() {
        scale = (float) (sumXq / sumQq);
        squares = sumQq;
    }

    /** Chooses levels by {@code x inverse} and returns by how much they reduce the error of all zeros. */
    private double fit(float[] x, float[] w, int from, int n, float inverse) {
        double xq = 0;
        double qq = 0;
        for (int i = from; i < from + n; i++) {
            float q = levels.round(x[i] * inverse);
            float wq = w[i] * q;
            xq += wq * x[i];
            qq += wq * q;
        }
        sumXq = xq;
        sumQq = qq;
        return qq > 0 ? xq * xq / qq : 0;
    }
}
