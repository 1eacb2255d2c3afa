// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import java.util.Arrays;

/**
 * Blocks of 256 elements x = d s q - dmin m with integers s and m per group and float16 d and dmin (Q2_K, Q4_K, Q5_K): the best
 * line of each group by {@link LineSearch}, then the d and dmin that round these lines with least harm, then integers and levels
 * anew for the rounded pair, and the best pair for them, as long as the error falls. As many blocks at once as sixteen groups
 * make. Holds the last blocks.
 */
public final class ScalesAndMinimums implements BlockSearch {
    private static final int BLOCK = 256;
    private static final int GROUPS = GroupBatch.GROUPS;
    private static final int ROUNDS = 4;

    private final GroupBatch batch;
    private final int perBlock;
    private final int highestScale;
    private final LineSearch search;

    private final double[] perWeight = new double[GROUPS];
    private final float[] weight = new float[GROUPS];
    private final float[] cost = new float[GROUPS];
    private final float[] unitOf = new float[GROUPS];
    private final float[] minimumUnitOf = new float[GROUPS];
    private final float[] inverseOf = new float[GROUPS];
    private final float[] minimumInverseOf = new float[GROUPS];
    private final float[] adjusted = new float[GROUPS];
    private final float[] step = new float[GROUPS];
    private final float[] shift = new float[GROUPS];
    private final float[] minError = new float[GROUPS];
    private final int[] scaleCandidates = new int[GROUPS];
    private final int[] minimumCandidates = new int[GROUPS];
    private final int[] trialScales = new int[GROUPS];
    private final int[] trialMinimums = new int[GROUPS];
    private final float[] trialLevels;
    private final float[] keptLevels;
    private final float[] trials;
    private final float[] largests;
    private final float[] trialD;
    private final float[] trialDmin;
    private final double[] minBlockError;
    private final boolean[] done;

    private final int blocks;

    /** The integer scale of each group, block by block. */
    public final int[] scales = new int[GROUPS];

    /** The integer minimum of each group, block by block. */
    public final int[] minimums = new int[GROUPS];

    /** The level of each element, block by block. */
    public final int[] quants;

    /** The scales' common factor in each block, already rounded to float16. */
    public final float[] d;

    /** The minimums' common factor in each block, already rounded to float16. */
    public final float[] dmin;

    public ScalesAndMinimums(int groupSize, int highestLevel, int highestScale, LineSearch search) {
        this.highestScale = highestScale;
        this.search = search;
        batch = GroupBatch.of(groupSize, Levels.even(0, highestLevel));
        perBlock = BLOCK / groupSize;
        blocks = GROUPS / perBlock;
        trialLevels = new float[GROUPS * groupSize];
        quants = new int[GROUPS * groupSize];
        keptLevels = new float[GROUPS * groupSize];
        trials = new float[blocks];
        largests = new float[blocks];
        trialD = new float[blocks];
        trialDmin = new float[blocks];
        minBlockError = new double[blocks];
        done = new boolean[blocks];
        d = new float[blocks];
        dmin = new float[blocks];
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
        Arrays.fill(minimums, 0);
        Arrays.fill(keptLevels, 0);
        Arrays.fill(d, 0);
        Arrays.fill(dmin, 0);
        Arrays.fill(done, false);
        for (int g = 0; g < GROUPS; g++) {
            perWeight[g] = search.sumQ[g] / batch.sumW[g];
        }
        findFirstD();
        findFirstDmin();
        Arrays.fill(minBlockError, Double.POSITIVE_INFINITY);
        boolean better = true;
        for (int round = 0; round < ROUNDS && better; round++) {
            quantize();
            better = false;
            for (int block = 0; block < blocks; block++) {
                better |= keepBetter(block);
            }
        }
        batch.inOrder(keptLevels, quants);
    }

    /** Keeps a block's trial if its error is less, and makes the best pair for it the next one; false if there is none. */
    private boolean keepBetter(int block) {
        int first = block * perBlock;
        double error = 0;
        for (int g = first; g < first + perBlock; g++) {
            error += batch.error[g];
        }
        if (done[block] || !(error < minBlockError[block])) {
            done[block] = true;
            return false;
        }
        minBlockError[block] = error;
        d[block] = trialD[block];
        dmin[block] = trialDmin[block];
        System.arraycopy(trialScales, first, scales, first, perBlock);
        System.arraycopy(trialMinimums, first, minimums, first, perBlock);
        for (int i = first; i < keptLevels.length; i += GROUPS) {
            System.arraycopy(trialLevels, i, keptLevels, i, perBlock);
        }
        done[block] = !findPair(block, first);
        return !done[block];
    }

    /** The d of each block that rounds the scales best when every minimum may follow. */
    private void findFirstD() {
        for (int g = 0; g < GROUPS; g++) {
            double followed = search.minimum[g] > 0 ? search.sumQ[g] * perWeight[g] : 0;
            weight[g] = (float) (search.sumQq[g] - followed);
        }
        findBest(search.scale, trialD);
    }

    /** The dmin of each block that rounds the minimums best, each after it has followed its rounded scale. */
    private void findFirstDmin() {
        GroupBatch.spread(trialD, unitOf);
        for (int g = 0; g < GROUPS; g++) {
            float unit = unitOf[g];
            float scale = unit == 0 ? 0 : unit * clamp(Math.rint(search.scale[g] / unit));
            adjusted[g] = following(g, scale);
            weight[g] = (float) batch.sumW[g];
        }
        findBest(adjusted, trialDmin);
    }

    /** Puts the largest number of each block at the highest integer or somewhere inside. */
    private void findBest(float[] numbers, float[] best) {
        for (int block = 0; block < blocks; block++) {
            float largest = Magnitudes.extreme(numbers, block * perBlock, perBlock);
            largests[block] = largest < ScaleSearch.NOTHING ? 0 : largest;
            best[block] = largests[block] / highestScale;
            minBlockError[block] = Double.POSITIVE_INFINITY;
        }
        for (float inside : TrialFactors.INSIDE) {
            for (int block = 0; block < blocks; block++) {
                trials[block] = Float.float16ToFloat(Float.floatToFloat16(largests[block] / (highestScale * inside)));
            }
            GroupBatch.spread(trials, unitOf);
            batch.roundOff(numbers, weight, unitOf, 0, highestScale, cost);
            for (int block = 0; block < blocks; block++) {
                double error = 0;
                for (int g = block * perBlock; g < (block + 1) * perBlock; g++) {
                    error += cost[g];
                }
                if (trials[block] != 0 && !Float.isInfinite(trials[block]) && error < minBlockError[block]) {
                    minBlockError[block] = error;
                    best[block] = trials[block];
                }
            }
        }
        for (int block = 0; block < blocks; block++) {
            best[block] = Float16.round(best[block]);
        }
    }

    /** The best minimum of a group when its scale is another than it wanted and its levels stay. */
    private float following(int g, float scale) {
        return (float) Math.max(0, search.minimum[g] + perWeight[g] * (scale - search.scale[g]));
    }

    private int clamp(double value) {
        return (int) Math.max(0, Math.min(highestScale, value));
    }

    /** Chooses integers and levels for the trials: each integer is one of the two next to what is wanted. */
    private void quantize() {
        GroupBatch.spread(trialD, unitOf);
        GroupBatch.spread(trialDmin, minimumUnitOf);
        for (int g = 0; g < GROUPS; g++) {
            inverseOf[g] = ScaleSearch.inverse(unitOf[g]);
            minimumInverseOf[g] = ScaleSearch.inverse(minimumUnitOf[g]);
        }
        Arrays.fill(minError, Float.POSITIVE_INFINITY);
        for (int moreScale = 0; moreScale < 2; moreScale++) {
            for (int g = 0; g < GROUPS; g++) {
                int scale = Math.min((int) (search.scale[g] * inverseOf[g]) + moreScale, highestScale);
                float wanted = following(g, unitOf[g] * scale);
                scaleCandidates[g] = scale;
                minimumCandidates[g] = Math.min((int) (wanted * minimumInverseOf[g]), highestScale);
            }
            tryCandidates();
            for (int g = 0; g < GROUPS; g++) {
                minimumCandidates[g] = Math.min(minimumCandidates[g] + 1, highestScale);
            }
            tryCandidates();
        }
        setLines(trialScales, trialMinimums);
        batch.choose(shift, step, trialLevels);
    }

    private void tryCandidates() {
        setLines(scaleCandidates, minimumCandidates);
        batch.miss(shift, step);
        for (int g = 0; g < GROUPS; g++) {
            if (batch.error[g] < minError[g]) {
                minError[g] = batch.error[g];
                trialScales[g] = scaleCandidates[g];
                trialMinimums[g] = minimumCandidates[g];
            }
        }
    }

    private void setLines(int[] integerScales, int[] integerMinimums) {
        for (int g = 0; g < GROUPS; g++) {
            step[g] = unitOf[g] * integerScales[g];
            shift[g] = minimumUnitOf[g] * integerMinimums[g];
        }
    }

    /** Least squares over a block, x = d (s q) - dmin m, for the next trial; false if there is no such pair. */
    private boolean findPair(int block, int first) {
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double xa = 0;
        double xb = 0;
        for (int g = first; g < first + perBlock; g++) {
            double s = scales[g];
            double m = minimums[g];
            aa += s * s * batch.sumQq[g];
            ab += s * m * batch.sumQ[g];
            bb += m * m * batch.sumW[g];
            xa += s * batch.sumXq[g];
            xb += m * batch.sumX[g];
        }
        double determinant = aa * bb - ab * ab;
        double nextD;
        double nextDmin;
        if (bb == 0) {
            nextD = aa > 0 ? xa / aa : 0;
            nextDmin = 0;
        } else if (determinant > 0) {
            nextD = (xa * bb - xb * ab) / determinant;
            nextDmin = (xa * ab - xb * aa) / determinant;
        } else {
            return false;
        }
        if (!(nextD >= 0 && nextDmin >= 0)) {
            return false;
        }
        trialD[block] = Float16.round((float) nextD);
        trialDmin[block] = Float16.round((float) nextDmin);
        return trialD[block] != d[block] || trialDmin[block] != dmin[block];
    }
}
