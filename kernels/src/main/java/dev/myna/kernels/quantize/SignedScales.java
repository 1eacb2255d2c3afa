// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import java.util.Arrays;

/**
 * Blocks of 256 elements x = d s q with one integer scale s per group and one float16 d (Q3_K, Q6_K, IQ4_XS): the best scale
 * of each group by {@link ScaleSearch}, then the d that rounds these scales with least harm, then scales and levels anew for
 * the rounded d, and the best d for them, as long as the error falls. As many blocks at once as sixteen groups make. Holds the
 * last blocks.
 */
final class SignedScales {
    private static final int BLOCK = 256;
    private static final int GROUPS = GroupBatch.GROUPS;
    private static final int ROUNDS = 4;
    private static final int COARSE = 6;

    private final GroupBatch batch;
    private final int perBlock;
    private final Levels levels;
    private final int lowestScale;
    private final int highestScale;
    private final ScaleSearch search;

    private final int[] ends;
    private final float[][] starts;
    private final double[] startErrors;
    private final float[] none = new float[GROUPS];
    private final float[] step = new float[GROUPS];
    private final float[] least = new float[GROUPS];
    private final int[] candidates = new int[GROUPS];
    private final int[] lows = new int[GROUPS];
    private final int[] reaches = new int[GROUPS];
    private final int[] trialScales = new int[GROUPS];
    private final float[] trialLevels;
    private final float[] trials;
    private final double[] leastError;

    /** How many blocks are fitted at once. */
    final int blocks;

    /** The integer scale of each group, block by block. */
    final int[] scales = new int[GROUPS];

    /** The level of each element, block by block. */
    final int[] quants;

    /** The common factor of each block, already rounded to float16. */
    final float[] d;

    /** @param tries how many d a block is quantized with, before each is refined */
    SignedScales(int groupSize, Levels levels, ScaleSearch search, int lowestScale, int highestScale, int tries) {
        this.levels = levels;
        this.search = search;
        this.lowestScale = lowestScale;
        this.highestScale = highestScale;
        batch = GroupBatch.of(groupSize, levels);
        perBlock = BLOCK / groupSize;
        blocks = GROUPS / perBlock;
        ends = new int[] {lowestScale, highestScale};
        starts = new float[blocks][tries];
        startErrors = new double[tries];
        trialLevels = new float[GROUPS * groupSize];
        quants = new int[GROUPS * groupSize];
        trials = new float[blocks];
        leastError = new double[blocks];
        d = new float[blocks];
    }

    /** Fits {@code count} blocks, from element {@code from} on. */
    void fit(float[] x, float[] w, int from, int count) {
        batch.load(x, w, from, count * perBlock);
        search.find(batch);
        Arrays.fill(scales, 0);
        Arrays.fill(quants, (int) levels.round(0)); // no uneven level is 0
        Arrays.fill(d, 0);
        Arrays.fill(leastError, Double.POSITIVE_INFINITY);
        for (int block = 0; block < blocks; block++) {
            findStarts(block);
        }
        for (int start = 0; start < startErrors.length; start++) {
            for (int block = 0; block < blocks; block++) {
                trials[block] = starts[block][start];
            }
            for (int round = 0; round < ROUNDS && anyTrial(); round++) {
                quantize();
                for (int block = 0; block < blocks; block++) {
                    keepBetter(block);
                }
            }
        }
    }

    private boolean anyTrial() {
        for (float trial : trials) {
            if (trial != 0) {
                return true;
            }
        }
        return false;
    }

    /** Keeps a block's trial if its error is less, and makes the best d for it the next one; else there is none. */
    private void keepBetter(int block) {
        if (trials[block] == 0) {
            return;
        }
        int first = block * perBlock;
        double error = 0;
        double xq = 0;
        double qq = 0;
        for (int g = first; g < first + perBlock; g++) {
            error += batch.error[g];
            xq += (double) trialScales[g] * batch.sumXq[g];
            qq += (double) trialScales[g] * trialScales[g] * batch.sumQq[g];
        }
        if (!(error < leastError[block])) {
            trials[block] = 0;
            return;
        }
        leastError[block] = error;
        d[block] = trials[block];
        for (int g = first; g < first + perBlock; g++) {
            scales[g] = trialScales[g];
            for (int i = 0; i < batch.size; i++) {
                quants[g * batch.size + i] = (int) trialLevels[i * GROUPS + g];
            }
        }
        trials[block] = qq > 0 ? Halves.round((float) (xq / qq)) : 0;
    }

    /**
     * Puts the largest scale at one end of the integers or somewhere inside: the few d that round the wanted scales best. Levels
     * will be chosen anew, so that the best of them is known only after the whole block is quantized with each.
     */
    private void findStarts(int block) {
        float[] found = starts[block];
        Arrays.fill(found, 0);
        Arrays.fill(startErrors, Double.POSITIVE_INFINITY);
        int first = block * perBlock;
        float extreme = Extremes.signed(search.scale, first, perBlock);
        if (Math.abs(extreme) < ScaleSearch.NOTHING) {
            return;
        }
        found[0] = Halves.round(extreme / lowestScale); // the finest; refuses what no integer scale can hold
        startErrors[0] = -1;
        // An outlier can be the lowest level of a small scale or the highest of a larger one: with the small one d is
        // finer.
        float outlier = Extremes.signed(batch.extreme, first, perBlock);
        found[1] = Halves.round(outlier / ((float) levels.lowest() * lowestScale));
        startErrors[1] = -1;
        for (float inside : Factors.INSIDE) {
            for (int end : ends) {
                float trial = Float.float16ToFloat(Float.floatToFloat16(extreme / (end * inside)));
                if (trial == 0 || Float.isInfinite(trial)) {
                    continue;
                }
                double error = 0;
                for (int g = first; g < first + perBlock; g++) {
                    double off = search.scale[g] - (double) trial * clamp(Math.rint(search.scale[g] / trial));
                    error += search.squares[g] * off * off;
                }
                keepStart(found, trial, error);
            }
        }
    }

    private void keepStart(float[] found, float trial, double error) {
        for (int i = 0; i < found.length; i++) {
            if (error < startErrors[i]) {
                for (int j = found.length - 1; j > i; j--) {
                    found[j] = found[j - 1];
                    startErrors[j] = startErrors[j - 1];
                }
                found[i] = trial;
                startErrors[i] = error;
                return;
            }
        }
    }

    private int clamp(double scale) {
        return (int) Math.max(lowestScale, Math.min(highestScale, scale));
    }

    /** Chooses scales and levels for the trials. */
    private void quantize() {
        int furthest = 1;
        for (int g = 0; g < GROUPS; g++) {
            float trial = trials[g / perBlock];
            lows[g] = trial == 0 ? 0 : clamp(Math.floor(search.scale[g] / trial));
            // Small integers round a scale so much that others, and the levels' other end, must be tried.
            reaches[g] = Math.abs(lows[g]) <= COARSE ? 2 : 1;
            furthest = Math.max(furthest, reaches[g]);
        }
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        for (int i = 0; i < 2 * furthest + 2; i++) {
            for (int g = 0; g < GROUPS; g++) {
                candidates[g] = clamp(lows[g] - reaches[g] + Math.min(i, 2 * reaches[g] + 1));
            }
            tryCandidates();
            if (furthest > 1) {
                for (int g = 0; g < GROUPS; g++) {
                    candidates[g] = reaches[g] > 1 ? clamp(-candidates[g]) : candidates[g];
                }
                tryCandidates();
            }
        }
        setSteps(trialScales);
        batch.choose(none, step, trialLevels);
    }

    private void tryCandidates() {
        setSteps(candidates);
        batch.miss(none, step);
        for (int g = 0; g < GROUPS; g++) {
            if (batch.error[g] < least[g]) {
                least[g] = batch.error[g];
                trialScales[g] = candidates[g];
            }
        }
    }

    private void setSteps(int[] integers) {
        for (int g = 0; g < GROUPS; g++) {
            step[g] = trials[g / perBlock] * integers[g];
        }
    }
}
