// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.Levels;
import dev.myna.kernels.format.search.Magnitudes;
import dev.myna.kernels.format.search.ScaledGroups;

/**
 * Rounds to {@link Q4_0} and {@link Q5_0}. Without weights: the element of largest magnitude, with its sign, becomes the lowest level, as
 * in the reference. With weights: searched.
 */
final class ScaledRounding extends SearchedBlocks<ScaledGroups> {
    private final int blockBytes;
    private final int zero;
    private final int[] levels = new int[32];

    /** @param zero the level of 0: 8, or 16 with fifth bits */
    ScaledRounding(TensorType type, int zero) {
        super(type, new ScaledGroups(Levels.even(-zero, zero - 1)));
        blockBytes = type.blockBytes();
        this.zero = zero;
    }

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        if (weights != null) {
            super.quantize(row, weights, to);
            return;
        }
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += blockBytes) {
            float d = Magnitudes.extreme(row, from, 32) / -zero;
            float inverse = d == 0 ? 0 : 1 / d;
            for (int i = 0; i < 32; i++) {
                levels[i] = Math.min(2 * zero - 1, (int) (row[from + i] * inverse + (zero + 0.5f)));
            }
            put(d, levels, 0, 0, block);
        }
    }

    @Override
    void pack(int index, long block) {
        put(fit.scale[index], fit.quants, index * 32, zero, block);
    }

    private void put(float scale, int[] levels, int from, int shift, long block) {
        Float16.put(block, scale);
        if (zero > 8) {
            Nibbles.putFive(block + 2, levels, from, shift);
        } else {
            Nibbles.put(block + 2, levels, from, shift);
        }
    }
}
