// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.OffsetGroups;

/**
 * Rounds to {@link Q4_1} and {@link Q5_1}. Without weights: the smallest element becomes level 0, the largest the highest level, as in
 * the reference. With weights: searched.
 */
final class OffsetRounding extends SearchedBlocks<OffsetGroups> {
    private final int blockBytes;
    private final int highest;
    private final int[] levels = new int[32];

    /** @param highest level: 15, or 31 with fifth bits */
    OffsetRounding(TensorType type, int highest) {
        super(type, new OffsetGroups(highest));
        blockBytes = type.blockBytes();
        this.highest = highest;
    }

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        if (weights != null) {
            super.quantize(row, weights, to);
            return;
        }
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += blockBytes) {
            float smallest = row[from];
            float largest = row[from];
            for (int i = 1; i < 32; i++) {
                // Not Math.min: of 0 and -0 the first one counts, as in the reference.
                smallest = row[from + i] < smallest ? row[from + i] : smallest;
                largest = row[from + i] > largest ? row[from + i] : largest;
            }
            float d = (largest - smallest) / highest;
            float inverse = d == 0 ? 0 : 1 / d;
            for (int i = 0; i < 32; i++) {
                levels[i] = Math.min(highest, (int) ((row[from + i] - smallest) * inverse + 0.5f));
            }
            put(d, smallest, levels, 0, block);
        }
    }

    @Override
    void pack(int index, long block) {
        put(fit.scale[index], fit.offset[index], fit.quants, index * 32, block);
    }

    private void put(float scale, float offset, int[] levels, int from, long block) {
        Float16.put(block, scale);
        Float16.put(block + 2, offset);
        if (highest > 15) {
            Nibbles.putFive(block + 4, levels, from, 0);
        } else {
            Nibbles.put(block + 4, levels, from, 0);
        }
    }
}
