// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import java.util.Arrays;

/**
 * A block of 256 elements x = d s q with one integer scale s per group and one float16 d (Q3_K, Q6_K, IQ4_XS): the best scale
 * of each group by {@link GroupScale}, then the d that rounds these scales with least harm, then scales and levels anew for
 * the rounded d, and the best d for them, as long as the error falls. Holds the last block.
 */
final class SignedScales {
    private static final int BLOCK = 256;
    private static final int ROUNDS = 4;
    private static final int COARSE = 6;

    private final int groupSize;
    private final int groups;
    private final Levels levels;
    private final int lowestScale;
    private final int highestScale;
    private final GroupScale search;

    private final int[] ends;
    private final float[] starts;
    private final double[] startErrors;
    private final float[] wanted;
    private final double[] squares;
    private final int[] trialScales;
    private final float[] trialLevels = new float[BLOCK];
    private final float[] groupLevels;

    /** The integer scale of each group. */
    final int[] scales;

    /** The level of each element. */
    final int[] quants = new int[BLOCK];

    /** The common factor, already rounded to float16. */
    float d;

    private double leastError;

    /** @param tries how many d the whole block is quantized with, before each is refined */
    SignedScales(int groupSize, Levels levels, GroupScale search, int lowestScale, int highestScale, int tries) {
        this.groupSize = groupSize;
        this.levels = levels;
        this.search = search;
        this.lowestScale = lowestScale;
        this.highestScale = highestScale;
        groups = BLOCK / groupSize;
        ends = new int[] {lowestScale, highestScale};
        starts = new float[tries];
        startErrors = new double[tries];
        wanted = new float[groups];
        squares = new double[groups];
        scales = new int[groups];
        trialScales = new int[groups];
        groupLevels = new float[groupSize];
    }

    /** Fits elements {@code from} to {@code from + 256}. */
    void fit(float[] x, float[] w, int from) {
        for (int g = 0; g < groups; g++) {
            search.find(x, w, from + g * groupSize, groupSize);
            wanted[g] = search.scale;
            squares[g] = search.squares;
        }
        Arrays.fill(scales, 0);
        Arrays.fill(quants, (int) levels.round(0)); // no uneven level is 0
        d = 0;
        leastError = Double.POSITIVE_INFINITY;
        findStarts(x, from);
        for (float start : starts) {
            float trial = start;
            for (int round = 0; round < ROUNDS && trial != 0 && improves(x, w, from, trial); round++) {
                trial = Halves.round(bestD(x, w, from));
            }
        }
    }

    /** Chooses scales and levels for {@code trial} and keeps them if the error falls. */
    private boolean improves(float[] x, float[] w, int from, float trial) {
        double error = quantize(x, w, from, trial);
        if (!(error < leastError)) {
            return false;
        }
        leastError = error;
        d = trial;
        System.arraycopy(trialScales, 0, scales, 0, groups);
        for (int i = 0; i < BLOCK; i++) {
            quants[i] = (int) trialLevels[i];
        }
        return true;
    }

    /**
     * Puts the largest scale at one end of the integers or somewhere inside: the few d that round the wanted scales best. Levels
     * will be chosen anew, so that the best of them is known only after the whole block is quantized with each.
     */
    private void findStarts(float[] x, int from) {
        Arrays.fill(starts, 0);
        Arrays.fill(startErrors, Double.POSITIVE_INFINITY);
        float extreme = Extremes.signed(wanted, 0, groups);
        if (Math.abs(extreme) < GroupScale.NOTHING) {
            return;
        }
        starts[0] = Halves.round(extreme / lowestScale); // the finest; refuses what no integer scale can hold
        startErrors[0] = -1;
        // An outlier can be the lowest level of a small scale or the highest of a larger one: with the small one d is
        // finer.
        starts[1] = Halves.round(Extremes.signed(x, from, BLOCK) / ((float) levels.lowest() * lowestScale));
        startErrors[1] = -1;
        for (float inside : Factors.INSIDE) {
            for (int end : ends) {
                float trial = Float.float16ToFloat(Float.floatToFloat16(extreme / (end * inside)));
                if (trial == 0 || Float.isInfinite(trial)) {
                    continue;
                }
                double error = 0;
                for (int g = 0; g < groups; g++) {
                    double off = wanted[g] - (double) trial * clamp(Math.rint(wanted[g] / trial));
                    error += squares[g] * off * off;
                }
                keepStart(trial, error);
            }
        }
    }

    private void keepStart(float trial, double error) {
        for (int i = 0; i < starts.length; i++) {
            if (error < startErrors[i]) {
                for (int j = starts.length - 1; j > i; j--) {
                    starts[j] = starts[j - 1];
                    startErrors[j] = startErrors[j - 1];
                }
                starts[i] = trial;
                startErrors[i] = error;
                return;
            }
        }
    }

    private int clamp(double scale) {
        return (int) Math.max(lowestScale, Math.min(highestScale, scale));
    }

    /** Chooses scales and levels for a given d; the weighted squared error. */
    private double quantize(float[] x, float[] w, int from, float trial) {
        double total = 0;
        for (int g = 0; g < groups; g++) {
            int start = from + g * groupSize;
            double best = Double.POSITIVE_INFINITY;
            int low = clamp(Math.floor(wanted[g] / trial));
            // Small integers round a scale so much that others, and the levels' other end, must be tried.
            int reach = Math.abs(low) <= COARSE ? 2 : 1;
            for (int scale = clamp(low - reach); scale <= clamp(low + 1 + reach); scale++) {
                best = keepIfLess(best, errorOf(x, w, start, trial * scale), g, scale);
                if (reach > 1) {
                    int other = clamp(-scale);
                    best = keepIfLess(best, errorOf(x, w, start, trial * other), g, other);
                }
            }
            total += best;
        }
        return total;
    }

    private double keepIfLess(double best, double error, int g, int scale) {
        if (!(error < best)) {
            return best;
        }
        trialScales[g] = scale;
        System.arraycopy(groupLevels, 0, trialLevels, g * groupSize, groupSize);
        return error;
    }

    private double errorOf(float[] x, float[] w, int start, float step) {
        float inverse = Math.abs(step) < GroupScale.NOTHING ? 0 : 1 / step;
        double error = 0;
        for (int i = 0; i < groupSize; i++) {
            float q = levels.round(x[start + i] * inverse);
            float off = x[start + i] - step * q;
            groupLevels[i] = q;
            error += w[start + i] * off * off;
        }
        return error;
    }

    private float bestD(float[] x, float[] w, int from) {
        double xq = 0;
        double qq = 0;
        for (int i = 0; i < BLOCK; i++) {
            float q = scales[i / groupSize] * (float) quants[i];
            xq += w[from + i] * x[from + i] * q;
            qq += w[from + i] * q * q;
        }
        return qq > 0 ? (float) (xq / qq) : 0;
    }
}
