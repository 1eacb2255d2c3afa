// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/**
 * Scales s of sixteen groups with x = s q, q a level, of least weighted squared error. Levels chosen by rounding x / t have the
 * best scale {@code s = sum(w x q) / sum(w q q)}, and with it the error {@code sum(w x x) - sum(w x q)^2 / sum(w q q)}; so many
 * t are tried, of either sign, and then t = s until nothing changes. Holds the result of the last search.
 */
final class ScaleSearch {
    /** Below it 1 / x overflows, and every float16 scale is 0 anyway. */
    static final float NOTHING = 1e-30f;

    private static final int REFINEMENTS = 4;

    private final float[] targets;
    private final float[] none = new float[GroupBatch.GROUPS];
    private final float[] extremes = new float[GroupBatch.GROUPS];
    private final float[] inverse = new float[GroupBatch.GROUPS];
    private final double[] best = new double[GroupBatch.GROUPS];

    /** The scales; 0 for a group of zeros. */
    final float[] scale = new float[GroupBatch.GROUPS];

    /** {@code sum(w q q)} of the chosen levels. */
    final double[] squares = new double[GroupBatch.GROUPS];

    /**
     * @param spread how far, relative to the outermost level, the largest element is tried from it: few levels are better used
     *     when it is clipped
     * @param steps number of trials on each side
     */
    ScaleSearch(Levels levels, float spread, int steps) {
        targets = new float[2 * (2 * steps + 1)];
        for (int i = -steps; i <= steps; i++) {
            float factor = 1 + spread * i / steps;
            targets[2 * (i + steps)] = levels.lowest() * factor;
            targets[2 * (i + steps) + 1] = levels.highest() * factor;
        }
    }

    /** Finds the scales of a batch. */
    void find(GroupBatch batch) {
        for (int g = 0; g < GroupBatch.GROUPS; g++) {
            scale[g] = 0;
            squares[g] = 0;
            best[g] = 0;
            extremes[g] = inverse(batch.extreme[g]);
        }
        for (float target : targets) {
            for (int g = 0; g < GroupBatch.GROUPS; g++) {
                inverse[g] = extremes[g] == 0 ? 0 : target / batch.extreme[g];
            }
            batch.fit(none, inverse);
            boolean ignored = keepBetter(batch);
        }
        boolean better = true;
        for (int i = 0; i < REFINEMENTS && better; i++) {
            for (int g = 0; g < GroupBatch.GROUPS; g++) {
                inverse[g] = inverse(scale[g]);
            }
            batch.fit(none, inverse);
            better = keepBetter(batch);
        }
    }

    /** What x is multiplied with to find levels. */
    static float inverse(float step) {
        return Math.abs(step) < NOTHING ? 0 : 1 / step;
    }

    /** Keeps the scales that take more off the error. */
    private boolean keepBetter(GroupBatch batch) {
        boolean any = false;
        for (int g = 0; g < GroupBatch.GROUPS; g++) {
            double xq = batch.sumXq[g];
            double qq = batch.sumQq[g];
            double gain = qq > 0 ? xq * xq / qq : 0;
            if (gain > best[g]) {
                best[g] = gain;
                scale[g] = (float) (xq / qq);
                squares[g] = qq;
                any = true;
            }
        }
        return any;
    }
}
