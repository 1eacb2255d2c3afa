// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

/**
 * Scale s and minimum m of sixteen groups with x = s q - m, q from 0 to n, of least weighted squared error. Levels chosen by
 * rounding (x - b) / t are fitted by least squares, with m held at 0 where it would be negative; many t are tried, and then
 * the fitted line itself until nothing changes. Holds the result of the last search.
 */
public final class LineSearch {
    private static final int REFINEMENTS = 4;

    private final float[] targets;
    private final float[] shift = new float[GroupBatch.GROUPS];
    private final float[] inverse = new float[GroupBatch.GROUPS];
    private final double[] best = new double[GroupBatch.GROUPS];

    /** The scales, not negative. */
    final float[] scale = new float[GroupBatch.GROUPS];

    /** The minimums, not negative. */
    final float[] minimum = new float[GroupBatch.GROUPS];

    /** {@code sum(w q)} of the chosen levels. */
    final double[] sumQ = new double[GroupBatch.GROUPS];

    /** {@code sum(w q q)} of the chosen levels. */
    final double[] sumQq = new double[GroupBatch.GROUPS];

    /** @param steps number of trials on each side of n; their distance is a tenth of a level */
    public LineSearch(int highest, int steps) {
        targets = new float[2 * steps + 1];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = highest + 0.1f * (i - steps);
        }
    }

    /** Finds the lines of a batch. */
    void find(GroupBatch batch) {
        for (int g = 0; g < GroupBatch.GROUPS; g++) {
            scale[g] = 0;
            minimum[g] = Math.max(0, (float) (-batch.sumX[g] / batch.sumW[g]));
            sumQ[g] = 0;
            sumQq[g] = 0;
            best[g] = residual(batch.sumW[g], batch.sumX[g], 0, 0, 0, 0, -minimum[g]);
        }
        for (float target : targets) {
            for (int g = 0; g < GroupBatch.GROUPS; g++) {
                float range = batch.largest[g] - batch.smallest[g];
                inverse[g] = range < ScaleSearch.NOTHING ? 0 : target / range;
                shift[g] = -batch.smallest[g];
            }
            batch.fit(shift, inverse);
            boolean ignored = keepBetter(batch);
        }
        boolean better = true;
        for (int i = 0; i < REFINEMENTS && better; i++) {
            for (int g = 0; g < GroupBatch.GROUPS; g++) {
                inverse[g] = ScaleSearch.inverse(scale[g]);
                shift[g] = minimum[g];
            }
            batch.fit(shift, inverse);
            better = keepBetter(batch);
        }
    }

    /** Fits lines to the levels of the batch and keeps those of less error. */
    private boolean keepBetter(GroupBatch batch) {
        boolean any = false;
        for (int g = 0; g < GroupBatch.GROUPS; g++) {
            if (inverse[g] == 0) {
                continue;
            }
            double weights = batch.sumW[g];
            double sumX = batch.sumX[g];
            double q1 = batch.sumQ[g];
            double q2 = batch.sumQq[g];
            double xq = batch.sumXq[g];
            double determinant = weights * q2 - q1 * q1;
            double s;
            double b;
            if (determinant > 0) {
                double each = 1 / determinant;
                s = (weights * xq - sumX * q1) * each;
                b = (q2 * sumX - q1 * xq) * each;
            } else {
                s = 0;
                b = Math.min(0, sumX / weights);
            }
            if (b > 0 || s == 0 && sumX > 0) {
                b = 0;
                s = q2 > 0 ? xq / q2 : 0;
            }
            double error = residual(weights, sumX, q1, q2, xq, s, b);
            if (s >= 0 && error < best[g]) {
                best[g] = error;
                scale[g] = (float) s;
                minimum[g] = (float) Math.max(0, -b);
                sumQ[g] = q1;
                sumQq[g] = q2;
                any = true;
            }
        }
        return any;
    }

    /** The error less {@code sum(w x x)}. */
    private static double residual(double weights, double sumX, double q1, double q2, double xq, double s, double b) {
        return s * s * q2 + 2 * s * b * q1 + b * b * weights - 2 * s * xq - 2 * b * sumX;
    }
}
