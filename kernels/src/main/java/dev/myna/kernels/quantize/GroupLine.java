// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/**
 * Scale s and minimum m of one group with x = s q - m, q from 0 to n, of least weighted squared error. Levels chosen by
 * rounding (x - b) / t are fitted by least squares, with m held at 0 where it would be negative; many t are tried, and then
 * the fitted line itself until nothing changes. Holds the result of the last search.
 */
final class GroupLine {
    private static final int REFINEMENTS = 4;

    private final int highest;
    private final float[] targets;

    /** The scale, not negative. */
    float scale;

    /** The minimum, not negative. */
    float minimum;

    /** {@code sum(w)}. */
    double sumW;

    /** {@code sum(w q)} of the chosen levels. */
    double sumQ;

    /** {@code sum(w q q)} of the chosen levels. */
    double sumQq;

    private double trialScale;
    private double trialOffset;
    private double trialQ;
    private double trialQq;

    /** @param steps number of trials on each side of n; their distance is a tenth of a level */
    GroupLine(int highest, int steps) {
        this.highest = highest;
        targets = new float[2 * steps + 1];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = highest + 0.1f * (i - steps);
        }
    }

    /** Finds the line of elements {@code from} to {@code from + n}. */
    void find(float[] x, float[] w, int from, int n) {
        float smallest = 0;
        float largest = x[from];
        double weights = 0;
        double sumX = 0;
        for (int i = from; i < from + n; i++) {
            smallest = Math.min(smallest, x[i]);
            largest = Math.max(largest, x[i]);
            weights += w[i];
            sumX += w[i] * x[i];
        }
        Extremes.requireSearchable(Math.max(largest, -smallest));
        sumW = weights;
        scale = 0;
        minimum = Math.max(0, (float) (-sumX / weights));
        sumQ = 0;
        sumQq = 0;
        if (largest - smallest < GroupScale.NOTHING) {
            return;
        }
        double best = residual(sumX, 0, 0, 0, 0, -minimum);
        for (float target : targets) {
            best = keepIfLess(best, fit(x, w, from, n, smallest, target / (largest - smallest), sumX));
        }
        for (int i = 0; i < REFINEMENTS && scale > GroupScale.NOTHING; i++) {
            double before = best;
            best = keepIfLess(best, fit(x, w, from, n, -minimum, 1 / scale, sumX));
            if (!(best < before)) {
                return;
            }
        }
    }

    private double keepIfLess(double best, double error) {
        if (!(error < best)) {
            return best;
        }
        scale = (float) trialScale;
        minimum = (float) Math.max(0, -trialOffset);
        sumQ = trialQ;
        sumQq = trialQq;
        return error;
    }

    /** Chooses levels by {@code (x - offset) inverse}, fits the line to them and returns its error less {@code sum(w x x)}. */
    private double fit(float[] x, float[] w, int from, int n, float offset, float inverse, double sumX) {
        double q1 = 0;
        double q2 = 0;
        double xq = 0;
        for (int i = from; i < from + n; i++) {
            float q = Math.max(0, Math.min(highest, (x[i] - offset) * inverse)) + Levels.ROUNDER - Levels.ROUNDER;
            float wq = w[i] * q;
            q1 += wq;
            q2 += wq * q;
            xq += wq * x[i];
        }
        trialQ = q1;
        trialQq = q2;
        double determinant = sumW * q2 - q1 * q1;
        if (!(determinant > 0)) {
            trialScale = 0;
            trialOffset = Math.min(0, sumX / sumW);
        } else {
            trialScale = (sumW * xq - sumX * q1) / determinant;
            trialOffset = (q2 * sumX - q1 * xq) / determinant;
        }
        if (trialOffset > 0 || trialScale == 0 && sumX > 0) {
            trialOffset = 0;
            trialScale = q2 > 0 ? xq / q2 : 0;
        }
        if (trialScale < 0) {
            return Double.POSITIVE_INFINITY;
        }
        return residual(sumX, q1, q2, xq, trialScale, trialOffset);
    }

    private double residual(double sumX, double q1, double q2, double xq, double s, double b) {
        return s * s * q2 + 2 * s * b * q1 + b * b * sumW - 2 * s * xq - 2 * b * sumX;
    }
}
