// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

import dev.myna.kernels.machine.VectorSupport;
import java.util.Arrays;

/**
 * Sixteen groups of a row side by side, so that one vector does the same to several groups: element i of group g lies at
 * {@code 16 i + g}. Whatever the width of the vectors, each group's sums are made in the order of its elements, so all
 * implementations give the same bits.
 *
 * <p>A group is approximated by {@code step q - b} with levels {@code q = round((x + b) inverse)}; b is 0 where a format has no
 * minimum. Arguments are one number per group.
 */
public abstract class GroupBatch {
    public static final int GROUPS = 16;

    final int size;
    final Levels levels;

    /** The elements. */
    final float[] x;

    /** Their weights. */
    final float[] w;

    /** {@code sum(w)}. */
    final double[] sumW = new double[GROUPS];

    /** {@code sum(w x)}. */
    final double[] sumX = new double[GROUPS];

    /** The first element of largest magnitude. */
    final float[] extreme = new float[GROUPS];

    /** The smallest element, or 0 if all are positive. */
    final float[] smallest = new float[GROUPS];

    final float[] largest = new float[GROUPS];

    /** {@code sum(w q)} of the last levels. */
    final float[] sumQ = new float[GROUPS];

    /** {@code sum(w q q)} of the last levels. */
    final float[] sumQq = new float[GROUPS];

    /** {@code sum(w x q)} of the last levels. */
    final float[] sumXq = new float[GROUPS];

    /** Weighted squared error. */
    final float[] error = new float[GROUPS];

    /** @param size elements per group */
    GroupBatch(int size, Levels levels) {
        this.size = size;
        this.levels = levels;
        x = new float[size * GROUPS];
        w = new float[size * GROUPS];
    }

    /** On vectors where there are any. */
    static GroupBatch of(int size, Levels levels) {
        return VectorSupport.usable() ? new VectorGroupBatch(size, levels) : new ScalarGroupBatch(size, levels);
    }

    /** Chooses levels and sums them: {@link #sumQ}, {@link #sumQq}, {@link #sumXq}. */
    abstract void fit(float[] b, float[] inverse);

    /** Chooses the levels nearest to {@code (x + b) / step} and finds their {@link #error}; a step of 0 has level 0. */
    abstract void miss(float[] b, float[] step);

    /** Chooses the levels nearest to {@code (x + b) / step}, writes them to {@code q}, sums them and finds their error. */
    abstract void choose(float[] b, float[] step, float[] q);

    /**
     * Fits a scale to the levels {@code round(factor x inverse)} of each group, {@code sum(w x q) / sum(w q q)}, and keeps it
     * where it takes more off the error, {@code sum(w x q)^2 / sum(w q q)}. The comparison is nearly exact: of scales about
     * as good the same one wins however the sums are rounded.
     *
     * @param unit a power of two that brings the largest element near 1, so that no square is too small or too large
     * @param xq the best {@code sum(w x q) unit}
     * @param qq the best {@code sum(w q q)}
     * @return whether any group's is kept
     */
    abstract boolean keepGain(float[] inverse, float factor, float[] unit, float[] xq, float[] qq);

    /**
     * Finds the error with the levels nearest to {@code x / (unit n)} and keeps n, an integer of each group, where it is less
     * than {@code minError}.
     */
    abstract void keepInteger(float[] unit, float[] n, float[] minError, float[] best);

    /**
     * The cost of rounding each group's number to a whole multiple of a unit: {@code weight (number - unit n)^2}, n from
     * {@code lowest} to {@code highest}.
     */
    abstract void roundOff(float[] number, float[] weight, float[] unit, int lowest, int highest, float[] cost);

    /** One number per block of consecutive groups becomes one per group. */
    static void spread(float[] perBlock, float[] perGroup) {
        int groups = GROUPS / perBlock.length;
        for (int block = 0; block < perBlock.length; block++) {
            Arrays.fill(perGroup, block * groups, (block + 1) * groups, perBlock[block]);
        }
    }

    /** Levels of groups side by side become those of one group after the other. */
    final void inOrder(float[] levels, int[] quants) {
        for (int g = 0; g < GROUPS; g++) {
            for (int i = 0; i < size; i++) {
                quants[g * size + i] = (int) levels[i * GROUPS + g];
            }
        }
    }

    /**
     * Takes groups of a row.
     *
     * @param from first element of the first group
     * @param groups how many there are; the others are zeros
     * @throws ArithmeticException if a number is too large for a search
     */
    final void load(float[] row, float[] weights, int from, int groups) {
        for (int g = 0; g < GROUPS; g++) {
            if (g < groups) {
                loadGroup(row, weights, from + g * size, g);
            } else {
                clear(g);
            }
        }
    }

    private void loadGroup(float[] row, float[] weights, int from, int g) {
        float most = 0;
        float low = 0;
        float high = row[from];
        double weight = 0;
        double weighted = 0;
        for (int i = 0; i < size; i++) {
            float value = row[from + i];
            float by = weights[from + i];
            x[i * GROUPS + g] = value;
            w[i * GROUPS + g] = by;
            most = Math.abs(value) > Math.abs(most) ? value : most;
            low = value < low ? value : low;
            high = value > high ? value : high;
            weight += by;
            weighted += by * value;
        }
        Magnitudes.requireSearchable(Math.abs(most));
        extreme[g] = most;
        smallest[g] = low;
        largest[g] = high;
        sumW[g] = weight;
        sumX[g] = weighted;
    }

    private void clear(int g) {
        for (int i = 0; i < size; i++) {
            x[i * GROUPS + g] = 0;
            w[i * GROUPS + g] = 1;
        }
        extreme[g] = 0;
        smallest[g] = 0;
        largest[g] = 0;
        sumW[g] = size;
        sumX[g] = 0;
    }
}
