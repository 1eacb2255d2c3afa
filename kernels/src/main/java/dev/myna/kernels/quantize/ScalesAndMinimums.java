// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import java.util.Arrays;

/**
 * A block of 256 elements x = d s q - dmin m with integers s and m per group and float16 d and dmin (Q2_K, Q4_K, Q5_K): the best
 * line of each group by {@link GroupLine}, then the d and dmin that round these lines with least harm, then integers and levels
 * anew for the rounded pair, and the best pair for them, as long as the error falls. Holds the last block.
 */
final class ScalesAndMinimums {
    private static final int BLOCK = 256;
    private static final int ROUNDS = 4;

    private final int groupSize;
    private final int groups;
    private final int highestLevel;
    private final int highestScale;
    private final GroupLine search;

    private final float[] wantedScale;
    private final float[] wantedMinimum;
    private final float[] adjusted;
    private final double[] sumW;
    private final double[] sumQ;
    private final double[] sumQq;
    private final int[] trialScales;
    private final int[] trialMinimums;
    private final float[] trialLevels = new float[BLOCK];
    private final float[] groupLevels;

    /** The integer scale of each group. */
    final int[] scales;

    /** The integer minimum of each group. */
    final int[] minimums;

    /** The level of each element. */
    final int[] quants = new int[BLOCK];

    /** The scales' common factor, already rounded to float16. */
    float d;

    /** The minimums' common factor, already rounded to float16. */
    float dmin;

    private double nextD;
    private double nextDmin;

    ScalesAndMinimums(int groupSize, int highestLevel, int highestScale, GroupLine search) {
        this.groupSize = groupSize;
        this.highestLevel = highestLevel;
        this.highestScale = highestScale;
        this.search = search;
        groups = BLOCK / groupSize;
        wantedScale = new float[groups];
        wantedMinimum = new float[groups];
        adjusted = new float[groups];
        sumW = new double[groups];
        sumQ = new double[groups];
        sumQq = new double[groups];
        scales = new int[groups];
        minimums = new int[groups];
        trialScales = new int[groups];
        trialMinimums = new int[groups];
        groupLevels = new float[groupSize];
    }

    /** Fits elements {@code from} to {@code from + 256}. */
    void fit(float[] x, float[] w, int from) {
        for (int g = 0; g < groups; g++) {
            search.find(x, w, from + g * groupSize, groupSize);
            wantedScale[g] = search.scale;
            wantedMinimum[g] = search.minimum;
            sumW[g] = search.sumW;
            sumQ[g] = search.sumQ;
            sumQq[g] = search.sumQq;
        }
        Arrays.fill(scales, 0);
        Arrays.fill(minimums, 0);
        Arrays.fill(quants, 0);
        d = 0;
        dmin = 0;
        float trialD = Halves.round(firstD());
        float trialDmin = Halves.round(firstDmin(trialD));
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            double error = quantize(x, w, from, trialD, trialDmin);
            if (!(error < best)) {
                return;
            }
            best = error;
            d = trialD;
            dmin = trialDmin;
            System.arraycopy(trialScales, 0, scales, 0, groups);
            System.arraycopy(trialMinimums, 0, minimums, 0, groups);
            for (int i = 0; i < BLOCK; i++) {
                quants[i] = (int) trialLevels[i];
            }
            bestPair(x, w, from);
            if (!(nextD >= 0 && nextDmin >= 0)) {
                return;
            }
            trialD = Halves.round((float) nextD);
            trialDmin = Halves.round((float) nextDmin);
        }
    }

    /** The d that rounds the scales best when every minimum may follow. */
    private float firstD() {
        float largest = Extremes.signed(wantedScale, 0, groups);
        if (largest < GroupScale.NOTHING) {
            return 0;
        }
        float bestD = largest / highestScale;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < Factors.INSIDE.length; i++) {
            float trial = Float.float16ToFloat(Float.floatToFloat16(largest / (highestScale * Factors.INSIDE[i])));
            if (trial == 0 || Float.isInfinite(trial)) {
                continue;
            }
            double error = 0;
            for (int g = 0; g < groups; g++) {
                double off = wantedScale[g] - (double) trial * clamp(Math.rint(wantedScale[g] / trial));
                double followed = wantedMinimum[g] > 0 ? sumQ[g] * sumQ[g] / sumW[g] : 0;
                error += (sumQq[g] - followed) * off * off;
            }
            if (error < least) {
                least = error;
                bestD = trial;
            }
        }
        return bestD;
    }

    /** The dmin that rounds the minimums best, each after it has followed its rounded scale. */
    private float firstDmin(float trialD) {
        for (int g = 0; g < groups; g++) {
            float scale = trialD == 0 ? 0 : trialD * clamp(Math.rint(wantedScale[g] / trialD));
            adjusted[g] = following(g, scale);
        }
        float largest = Extremes.signed(adjusted, 0, groups);
        if (largest < GroupScale.NOTHING) {
            return 0;
        }
        float bestDmin = largest / highestScale;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < Factors.INSIDE.length; i++) {
            float trial = Float.float16ToFloat(Float.floatToFloat16(largest / (highestScale * Factors.INSIDE[i])));
            if (trial == 0 || Float.isInfinite(trial)) {
                continue;
            }
            double error = 0;
            for (int g = 0; g < groups; g++) {
                double off = adjusted[g] - (double) trial * clamp(Math.rint(adjusted[g] / trial));
                error += sumW[g] * off * off;
            }
            if (error < least) {
                least = error;
                bestDmin = trial;
            }
        }
        return bestDmin;
    }

    /** The best minimum of a group when its scale is another than it wanted and its levels stay. */
    private float following(int g, float scale) {
        return (float) Math.max(0, wantedMinimum[g] + sumQ[g] / sumW[g] * (scale - wantedScale[g]));
    }

    private int clamp(double value) {
        return (int) Math.max(0, Math.min(highestScale, value));
    }

    /** Chooses integers and levels for given factors; the weighted squared error. */
    private double quantize(float[] x, float[] w, int from, float trialD, float trialDmin) {
        double total = 0;
        for (int g = 0; g < groups; g++) {
            int start = from + g * groupSize;
            double best = Double.POSITIVE_INFINITY;
            int lowScale = trialD == 0 ? 0 : clamp(Math.floor(wantedScale[g] / trialD));
            for (int scale = lowScale; scale <= Math.min(lowScale + 1, highestScale); scale++) {
                float step = trialD * scale;
                int lowMinimum = trialDmin == 0 ? 0 : clamp(Math.floor(following(g, step) / trialDmin));
                for (int minimum = lowMinimum; minimum <= Math.min(lowMinimum + 1, highestScale); minimum++) {
                    double error = errorOf(x, w, start, step, trialDmin * minimum);
                    if (error < best) {
                        best = error;
                        trialScales[g] = scale;
                        trialMinimums[g] = minimum;
                        System.arraycopy(groupLevels, 0, trialLevels, g * groupSize, groupSize);
                    }
                }
            }
            total += best;
        }
        return total;
    }

    private double errorOf(float[] x, float[] w, int start, float step, float minimum) {
        float inverse = step < GroupScale.NOTHING ? 0 : 1 / step;
        double error = 0;
        for (int i = 0; i < groupSize; i++) {
            float q = Math.max(0, Math.min(highestLevel, (x[start + i] + minimum) * inverse))
                    + Levels.ROUNDER
                    - Levels.ROUNDER;
            float off = x[start + i] - (step * q - minimum);
            groupLevels[i] = q;
            error += w[start + i] * off * off;
        }
        return error;
    }

    /** Least squares over the block: x = d (s q) - dmin m. */
    private void bestPair(float[] x, float[] w, int from) {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double xa = 0;
        double xb = 0;
        for (int i = 0; i < BLOCK; i++) {
            int g = i / groupSize;
            double weight = w[from + i];
            double a = (double) scales[g] * quants[i];
            double b = minimums[g];
            aa += weight * a * a;
            ab += weight * a * b;
            bb += weight * b * b;
            xa += weight * x[from + i] * a;
            xb += weight * x[from + i] * b;
        }
        double determinant = aa * bb - ab * ab;
        if (bb == 0) {
            nextD = aa > 0 ? xa / aa : 0;
            nextDmin = 0;
        } else if (determinant > 0) {
            nextD = (xa * bb - xb * ab) / determinant;
            nextDmin = (xa * ab - xb * aa) / determinant;
        } else {
            nextD = -1;
        }
    }
}
