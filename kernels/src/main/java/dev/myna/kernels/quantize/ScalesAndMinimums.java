// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import java.util.Arrays;

/**
 * Blocks of 256 elements x = d s q - dmin m with integers s and m per group and float16 d and dmin (Q2_K, Q4_K, Q5_K): the best
 * line of each group by {@link LineSearch}, then the d and dmin that round these lines with least harm, then integers and levels
 * anew for the rounded pair, and the best pair for them, as long as the error falls. As many blocks at once as sixteen groups
 * make. Holds the last blocks.
 */
final class ScalesAndMinimums {
    private static final int BLOCK = 256;
    private static final int GROUPS = GroupBatch.GROUPS;
    private static final int ROUNDS = 4;

    private final GroupBatch batch;
    private final int perBlock;
    private final int highestScale;
    private final LineSearch search;

    private final float[] adjusted = new float[GROUPS];
    private final float[] step = new float[GROUPS];
    private final float[] shift = new float[GROUPS];
    private final float[] least = new float[GROUPS];
    private final int[] scaleCandidates = new int[GROUPS];
    private final int[] minimumCandidates = new int[GROUPS];
    private final int[] trialScales = new int[GROUPS];
    private final int[] trialMinimums = new int[GROUPS];
    private final float[] trialLevels;
    private final float[] trialD;
    private final float[] trialDmin;
    private final double[] leastError;
    private final boolean[] done;

    /** How many blocks are fitted at once. */
    final int blocks;

    /** The integer scale of each group, block by block. */
    final int[] scales = new int[GROUPS];

    /** The integer minimum of each group, block by block. */
    final int[] minimums = new int[GROUPS];

    /** The level of each element, block by block. */
    final int[] quants;

    /** The scales' common factor in each block, already rounded to float16. */
    final float[] d;

    /** The minimums' common factor in each block, already rounded to float16. */
    final float[] dmin;

    ScalesAndMinimums(int groupSize, int highestLevel, int highestScale, LineSearch search) {
        this.highestScale = highestScale;
        this.search = search;
        batch = GroupBatch.of(groupSize, Levels.even(0, highestLevel));
        perBlock = BLOCK / groupSize;
        blocks = GROUPS / perBlock;
        trialLevels = new float[GROUPS * groupSize];
        quants = new int[GROUPS * groupSize];
        trialD = new float[blocks];
        trialDmin = new float[blocks];
        leastError = new double[blocks];
        done = new boolean[blocks];
        d = new float[blocks];
        dmin = new float[blocks];
    }

    /** Fits {@code count} blocks, from element {@code from} on. */
    void fit(float[] x, float[] w, int from, int count) {
        batch.load(x, w, from, count * perBlock);
        search.find(batch);
        Arrays.fill(scales, 0);
        Arrays.fill(minimums, 0);
        Arrays.fill(quants, 0);
        Arrays.fill(d, 0);
        Arrays.fill(dmin, 0);
        Arrays.fill(leastError, Double.POSITIVE_INFINITY);
        Arrays.fill(done, false);
        for (int block = 0; block < blocks; block++) {
            trialD[block] = Halves.round(firstD(block * perBlock));
            trialDmin[block] = Halves.round(firstDmin(block * perBlock, trialD[block]));
        }
        boolean better = true;
        for (int round = 0; round < ROUNDS && better; round++) {
            quantize();
            better = false;
            for (int block = 0; block < blocks; block++) {
                better |= keepBetter(block);
            }
        }
    }

    /** Keeps a block's trial if its error is less, and makes the best pair for it the next one; false if there is none. */
    private boolean keepBetter(int block) {
        int first = block * perBlock;
        double error = 0;
        for (int g = first; g < first + perBlock; g++) {
            error += batch.error[g];
        }
        if (done[block] || !(error < leastError[block])) {
            done[block] = true;
            return false;
        }
        leastError[block] = error;
        d[block] = trialD[block];
        dmin[block] = trialDmin[block];
        for (int g = first; g < first + perBlock; g++) {
            scales[g] = trialScales[g];
            minimums[g] = trialMinimums[g];
            for (int i = 0; i < batch.size; i++) {
                quants[g * batch.size + i] = (int) trialLevels[i * GROUPS + g];
            }
        }
        done[block] = !findPair(block, first);
        return !done[block];
    }

    /** The d that rounds the scales best when every minimum may follow. */
    private float firstD(int first) {
        float largest = Extremes.signed(search.scale, first, perBlock);
        if (largest < ScaleSearch.NOTHING) {
            return 0;
        }
        float bestD = largest / highestScale;
        double least = Double.POSITIVE_INFINITY;
        for (float inside : Factors.INSIDE) {
            float trial = Float.float16ToFloat(Float.floatToFloat16(largest / (highestScale * inside)));
            if (trial == 0 || Float.isInfinite(trial)) {
                continue;
            }
            double error = 0;
            for (int g = first; g < first + perBlock; g++) {
                double off = search.scale[g] - (double) trial * clamp(Math.rint(search.scale[g] / trial));
                double followed = search.minimum[g] > 0 ? search.sumQ[g] * search.sumQ[g] / batch.sumW[g] : 0;
                error += (search.sumQq[g] - followed) * off * off;
            }
            if (error < least) {
                least = error;
                bestD = trial;
            }
        }
        return bestD;
    }

    /** The dmin that rounds the minimums best, each after it has followed its rounded scale. */
    private float firstDmin(int first, float scaleFactor) {
        for (int g = first; g < first + perBlock; g++) {
            float scale = scaleFactor == 0 ? 0 : scaleFactor * clamp(Math.rint(search.scale[g] / scaleFactor));
            adjusted[g] = following(g, scale);
        }
        float largest = Extremes.signed(adjusted, first, perBlock);
        if (largest < ScaleSearch.NOTHING) {
            return 0;
        }
        float bestDmin = largest / highestScale;
        double least = Double.POSITIVE_INFINITY;
        for (float inside : Factors.INSIDE) {
            float trial = Float.float16ToFloat(Float.floatToFloat16(largest / (highestScale * inside)));
            if (trial == 0 || Float.isInfinite(trial)) {
                continue;
            }
            double error = 0;
            for (int g = first; g < first + perBlock; g++) {
                double off = adjusted[g] - (double) trial * clamp(Math.rint(adjusted[g] / trial));
                error += batch.sumW[g] * off * off;
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
        return (float) Math.max(0, search.minimum[g] + search.sumQ[g] / batch.sumW[g] * (scale - search.scale[g]));
    }

    private int clamp(double value) {
        return (int) Math.max(0, Math.min(highestScale, value));
    }

    /** Chooses integers and levels for the trials: each integer is one of the two next to what is wanted. */
    private void quantize() {
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        for (int moreScale = 0; moreScale < 2; moreScale++) {
            for (int moreMinimum = 0; moreMinimum < 2; moreMinimum++) {
                for (int g = 0; g < GROUPS; g++) {
                    float scaleFactor = trialD[g / perBlock];
                    float minimumFactor = trialDmin[g / perBlock];
                    int low = scaleFactor == 0 ? 0 : clamp(Math.floor(search.scale[g] / scaleFactor));
                    int scale = Math.min(low + moreScale, highestScale);
                    float wanted = following(g, scaleFactor * scale);
                    int lowMinimum = minimumFactor == 0 ? 0 : clamp(Math.floor(wanted / minimumFactor));
                    scaleCandidates[g] = scale;
                    minimumCandidates[g] = Math.min(lowMinimum + moreMinimum, highestScale);
                }
                tryCandidates();
            }
        }
        setLines(trialScales, trialMinimums);
        batch.choose(shift, step, trialLevels);
    }

    private void tryCandidates() {
        setLines(scaleCandidates, minimumCandidates);
        batch.miss(shift, step);
        for (int g = 0; g < GROUPS; g++) {
            if (batch.error[g] < least[g]) {
                least[g] = batch.error[g];
                trialScales[g] = scaleCandidates[g];
                trialMinimums[g] = minimumCandidates[g];
            }
        }
    }

    private void setLines(int[] integerScales, int[] integerMinimums) {
        for (int g = 0; g < GROUPS; g++) {
            step[g] = trialD[g / perBlock] * integerScales[g];
            shift[g] = trialDmin[g / perBlock] * integerMinimums[g];
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
        trialD[block] = Halves.round((float) nextD);
        trialDmin[block] = Halves.round((float) nextDmin);
        return true;
    }
}
