// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import java.util.Arrays;

/**
 * Blocks of 256 elements x = d s q with one integer scale s per group and one float16 d (Q3_K, Q6_K, IQ4_XS): the best scale
 * of each group by {@link ScaleSearch}, then the d that rounds these scales with least harm, then scales and levels anew for
 * the rounded d, and the best d for them, as long as the error falls. As many blocks at once as sixteen groups make. Holds the
 * last blocks.
 */
public final class SignedScales implements BlockSearch {
    private static final int BLOCK = 256;
    private static final int GROUPS = GroupBatch.GROUPS;
    private static final int ROUNDS = 4;

    /** Up to this size of an integer scale, six integers around the wanted one are tried, and those of the other sign. */
    private static final int COARSE = 6;

    private static final int MAX_CANDIDATES = 12;

    /** Above it two are enough to compare one d with another; up to it there are four. */
    private static final int FINE = 32;

    private final GroupBatch batch;
    private final int perBlock;
    private final Levels levels;
    private final int lowestScale;
    private final int highestScale;
    private final ScaleSearch search;

    private final int[] ends;
    private final float[][] starts;
    private final double[][] startErrors;
    private final float[] extremes;
    private final float[] trialOf = new float[GROUPS];
    private final float[] cost = new float[GROUPS];
    private final float[] none = new float[GROUPS];
    private final float[] step = new float[GROUPS];
    private final float[] minError = new float[GROUPS];
    private final float[][] candidates = new float[MAX_CANDIDATES][GROUPS];
    private final float[] trialScales = new float[GROUPS];
    private final float[] trialLevels;
    private final float[] keptLevels;
    private final float[] trials;
    private final float[] next;
    private final double[] minBlockError;

    private final int blocks;

    /** The integer scale of each group, block by block. */
    public final int[] scales = new int[GROUPS];

    /** The level of each element, block by block. */
    public final int[] quants;

    /** The common factor of each block, already rounded to float16. */
    public final float[] d;

    /** @param tries how many d a block is quantized with, before the best is refined */
    public SignedScales(
            int groupSize, Levels levels, ScaleSearch search, int lowestScale, int highestScale, int tries) {
        this.levels = levels;
        this.search = search;
        this.lowestScale = lowestScale;
        this.highestScale = highestScale;
        batch = GroupBatch.of(groupSize, levels);
        perBlock = BLOCK / groupSize;
        blocks = GROUPS / perBlock;
        ends = new int[] {lowestScale, highestScale};
        starts = new float[blocks][tries];
        startErrors = new double[blocks][tries];
        extremes = new float[blocks];
        trialLevels = new float[GROUPS * groupSize];
        keptLevels = new float[GROUPS * groupSize];
        quants = new int[GROUPS * groupSize];
        trials = new float[blocks];
        next = new float[blocks];
        minBlockError = new double[blocks];
        d = new float[blocks];
    }

    @Override
    public int blocks() {
        return blocks;
    }

    @Override
    public void fit(float[] x, float[] w, int from, int count) {
        batch.load(x, w, from, count * perBlock);
        search.find(batch);
        Arrays.fill(scales, 0);
        Arrays.fill(keptLevels, levels.round(0)); // no uneven level is 0
        Arrays.fill(d, 0);
        Arrays.fill(next, 0);
        Arrays.fill(minBlockError, Double.POSITIVE_INFINITY);
        findStarts();
        for (int start = 0; start < starts[0].length; start++) {
            for (int block = 0; block < blocks; block++) {
                trials[block] = starts[block][start];
            }
            quantize(FINE);
            for (int block = 0; block < blocks; block++) {
                keepBetter(block);
            }
        }
        System.arraycopy(next, 0, trials, 0, blocks);
        refine(FINE);
        if (highestScale > FINE) { // with the best d, four of every size
            System.arraycopy(d, 0, trials, 0, blocks);
            refine(Integer.MAX_VALUE);
        }
        batch.inOrder(keptLevels, quants);
    }

    private void refine(int fine) {
        for (int round = 0; round < ROUNDS && anyTrial(); round++) {
            quantize(fine);
            for (int block = 0; block < blocks; block++) {
                trials[block] = keepBetter(block) ? next[block] : 0;
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

    /** Keeps a block's trial if its error is less, and finds the best d for it; false if it is kept as it was. */
    private boolean keepBetter(int block) {
        if (trials[block] == 0) {
            return false;
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
        if (!(error < minBlockError[block])) {
            return false;
        }
        minBlockError[block] = error;
        d[block] = trials[block];
        for (int g = first; g < first + perBlock; g++) {
            scales[g] = (int) trialScales[g];
        }
        for (int i = first; i < keptLevels.length; i += GROUPS) {
            System.arraycopy(trialLevels, i, keptLevels, i, perBlock);
        }
        float best = qq > 0 ? Float16.round((float) (xq / qq)) : 0;
        next[block] = best == d[block] ? 0 : best;
        return true;
    }

    /**
     * Puts the largest scale at one end of the integers or somewhere inside: the few d that round the wanted scales best. Levels
     * will be chosen anew, so that the best of them is known only after the whole block is quantized with each.
     */
    private void findStarts() {
        for (int block = 0; block < blocks; block++) {
            Arrays.fill(starts[block], 0);
            Arrays.fill(startErrors[block], Double.POSITIVE_INFINITY);
            int first = block * perBlock;
            extremes[block] = Magnitudes.extreme(search.scale, first, perBlock);
            if (Math.abs(extremes[block]) < ScaleSearch.NOTHING) {
                continue;
            }
            // The finest; refuses what no integer scale can hold.
            starts[block][0] = Float16.round(extremes[block] / lowestScale);
            startErrors[block][0] = -1;
            // An outlier can be the lowest level of a small scale or the highest of a larger one: with the small one d
            // is finer.
            float outlier = Magnitudes.extreme(batch.extreme, first, perBlock);
            starts[block][1] = Float16.round(outlier / ((float) levels.lowest() * lowestScale));
            startErrors[block][1] = -1;
        }
        for (float inside : highestScale > FINE ? TrialFactors.FEW_INSIDE : TrialFactors.INSIDE) {
            for (int end : ends) {
                for (int block = 0; block < blocks; block++) {
                    trials[block] = Float.float16ToFloat(Float.floatToFloat16(extremes[block] / (end * inside)));
                }
                GroupBatch.spread(trials, trialOf);
                batch.roundOff(search.scale, search.squares, trialOf, lowestScale, highestScale, cost);
                for (int block = 0; block < blocks; block++) {
                    keepStart(block);
                }
            }
        }
    }

    private void keepStart(int block) {
        float trial = trials[block];
        if (trial == 0 || Float.isInfinite(trial)) {
            return;
        }
        double error = 0;
        for (int g = block * perBlock; g < (block + 1) * perBlock; g++) {
            error += cost[g];
        }
        float[] found = starts[block];
        double[] errors = startErrors[block];
        for (int i = 0; i < found.length; i++) {
            if (error < errors[i]) {
                for (int j = found.length - 1; j > i; j--) {
                    found[j] = found[j - 1];
                    errors[j] = errors[j - 1];
                }
                found[i] = trial;
                errors[i] = error;
                return;
            }
        }
    }

    private int clamp(double scale) {
        return (int) Math.max(lowestScale, Math.min(highestScale, scale));
    }

    /**
     * Chooses scales and levels for the trials.
     *
     * @param fine above this size, only the two integers next to a wanted scale are tried
     */
    private void quantize(int fine) {
        GroupBatch.spread(trials, trialOf);
        int count = 0;
        for (int g = 0; g < GROUPS; g++) {
            float trial = trialOf[g];
            int low = trial == 0 ? 0 : clamp(Math.floor(search.scale[g] / trial));
            int size = Math.abs(low);
            // Small integers round a scale so much that others, and the levels' other end, must be tried.
            int reach = size <= COARSE ? 2 : size <= fine ? 1 : 0;
            int own = 2 * reach + 2;
            for (int i = 0; i < own; i++) {
                candidates[i][g] = clamp(low - reach + i);
            }
            if (reach == 2) {
                for (int i = 0; i < own; i++) {
                    candidates[own + i][g] = clamp(-candidates[i][g]);
                }
                own *= 2;
            }
            for (int i = own; i < MAX_CANDIDATES; i++) {
                candidates[i][g] = candidates[0][g];
            }
            count = Math.max(count, own);
        }
        Arrays.fill(minError, Float.POSITIVE_INFINITY);
        for (int i = 0; i < count; i++) {
            batch.keepInteger(trialOf, candidates[i], minError, trialScales);
        }
        for (int g = 0; g < GROUPS; g++) {
            step[g] = trialOf[g] * trialScales[g];
        }
        batch.choose(none, step, trialLevels);
    }
}
