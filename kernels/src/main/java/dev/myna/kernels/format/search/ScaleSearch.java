// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import java.util.Arrays;

/**
 * Scales s of sixteen groups with x = s q, q a level, of least weighted squared error. Levels chosen by rounding x / t have the
 * best scale {@code s = sum(w x q) / sum(w q q)}, and with it the error {@code sum(w x x) - sum(w x q)^2 / sum(w q q)}; so many
 * t are tried, of either sign, and then t = s until nothing changes. Holds the result of the last search.
 */
public final class ScaleSearch {
    /** Below it 1 / x overflows, and every float16 scale is 0 anyway. */
    static final float NOTHING = 1e-30f;

    private static final int REFINEMENTS = 4;

    private final float[] targets;
    private final float[] extremes = new float[GroupBatch.GROUPS];
    private final float[] inverse = new float[GroupBatch.GROUPS];
    private final float[] unit = new float[GroupBatch.GROUPS];
    private final float[] xq = new float[GroupBatch.GROUPS];
    private final float[] qq = new float[GroupBatch.GROUPS];

    /** The scales; 0 for a group of zeros. */
    final float[] scale = new float[GroupBatch.GROUPS];

    /** {@code sum(w q q)} of the chosen levels. */
    final float[] squares = new float[GroupBatch.GROUPS];

    /**
     * @param spread how far, relative to the outermost level, the largest element is tried from it: few levels are better used
     *     when it is clipped
     * @param steps number of trials on each side
     */
    public ScaleSearch(Levels levels, float spread, int steps) {
        targets = new float[2 * (2 * steps + 1)];
        for (int i = -steps; i <= steps; i++) {
            float factor = 1 + spread * i / steps;
            targets[2 * (i + steps)] = levels.lowest() * factor;
            targets[2 * (i + steps) + 1] = levels.highest() * factor;
        }
    }

    /** Finds the scales of a batch. */
    void find(GroupBatch batch) {
        Arrays.fill(xq, 0);
        Arrays.fill(qq, 1);
        for (int g = 0; g < GroupBatch.GROUPS; g++) {
            extremes[g] = inverse(batch.extreme[g]);
            unit[g] = extremes[g] == 0 ? 0 : Math.scalb(1f, -Math.getExponent(batch.extreme[g]));
        }
        for (float target : targets) {
            boolean ignored = batch.keepGain(extremes, target, unit, xq, qq);
        }
        boolean better = true;
        for (int i = 0; i < REFINEMENTS && better; i++) {
            setScales();
            for (int g = 0; g < GroupBatch.GROUPS; g++) {
                inverse[g] = inverse(scale[g]);
            }
            better = batch.keepGain(inverse, 1, unit, xq, qq);
        }
        setScales();
    }

    /** The factors of x that give levels. */
    static float inverse(float step) {
        return Math.abs(step) < NOTHING ? 0 : 1 / step;
    }

    private void setScales() {
        for (int g = 0; g < GroupBatch.GROUPS; g++) {
            scale[g] = unit[g] == 0 ? 0 : xq[g] / qq[g] / unit[g];
            squares[g] = qq[g];
        }
    }
}
