// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

/**
 * Sixteen groups of 32 with a float16 scale each: the levels and the scales of least weighted squared error, as far as a search
 * and a few rounds of refinement find them. Holds the result of the last search.
 */
public final class ScaledGroups implements BlockSearch {
    static final int SIZE = 32;

    /** Elements of a batch. */
    static final int ELEMENTS = SIZE * GroupBatch.GROUPS;

    private static final int ROUNDS = 4;

    private final GroupBatch batch;
    private final ScaleSearch search;
    private final float[] none = new float[GroupBatch.GROUPS];
    private final float[] trial = new float[GroupBatch.GROUPS];
    private final float[] minError = new float[GroupBatch.GROUPS];
    private final float[] chosen = new float[ELEMENTS];

    /** The scale of each group, a float16. */
    public final float[] scale = new float[GroupBatch.GROUPS];

    /** The level of each element, group by group. */
    public final int[] quants = new int[ELEMENTS];

    public ScaledGroups(Levels levels) {
        batch = GroupBatch.of(SIZE, levels);
        search = new ScaleSearch(levels, 0.25f, 8);
    }

    @Override
    public int blocks() {
        return GroupBatch.GROUPS;
    }

    @Override
    public void fit(float[] row, float[] w, int from, int groups) {
        batch.load(row, w, from, groups);
        search.find(batch);
        for (int g = 0; g < GroupBatch.GROUPS; g++) {
            trial[g] = Float16.round(search.scale[g]);
            minError[g] = Float.POSITIVE_INFINITY;
        }
        boolean better = true;
        for (int round = 0; round < ROUNDS && better; round++) {
            batch.choose(none, trial, chosen);
            better = false;
            for (int g = 0; g < GroupBatch.GROUPS; g++) {
                better |= keepBetter(g);
            }
        }
    }

    /** Keeps the trial if its error is less, and makes the best scale for its levels the next one. */
    private boolean keepBetter(int g) {
        if (!(batch.error[g] < minError[g])) {
            return false;
        }
        minError[g] = batch.error[g];
        scale[g] = trial[g];
        for (int i = 0; i < SIZE; i++) {
            quants[g * SIZE + i] = (int) chosen[i * GroupBatch.GROUPS + g];
        }
        trial[g] = batch.sumQq[g] > 0 && trial[g] != 0
                ? Float16.round((float) ((double) batch.sumXq[g] / batch.sumQq[g]))
                : trial[g];
        return true;
    }
}
