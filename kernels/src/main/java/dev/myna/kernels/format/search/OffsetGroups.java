// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format.search;

/**
 * Sixteen groups of 32 with a float16 scale and a float16 offset each: the levels, from 0 up, of least weighted squared error.
 * Holds the result of the last search.
 */
public final class OffsetGroups implements BlockSearch {
    private static final int STEPS = 8;

    private final GroupBatch batch;
    private final LineSearch search;
    private final float[] shift = new float[GroupBatch.GROUPS];
    private final float[] chosen = new float[ScaledGroups.ELEMENTS];

    /** The scale of each group, a float16. */
    public final float[] scale = new float[GroupBatch.GROUPS];

    /** The offset of each group, a float16, not positive. */
    public final float[] offset = new float[GroupBatch.GROUPS];

    /** The level of each element, group by group. */
    public final int[] quants = new int[ScaledGroups.ELEMENTS];

    public OffsetGroups(int highest) {
        batch = GroupBatch.of(ScaledGroups.SIZE, Levels.even(0, highest));
        search = new LineSearch(highest, STEPS);
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
            scale[g] = Float16.round(search.scale[g]);
            offset[g] = Float16.round(-search.minimum[g]);
            shift[g] = -offset[g];
        }
        batch.choose(shift, scale, chosen);
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i < ScaledGroups.SIZE; i++) {
                quants[g * ScaledGroups.SIZE + i] = (int) chosen[i * GroupBatch.GROUPS + g];
            }
        }
    }
}
