// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** Groups of 32 with a float16 scale each and uneven levels. */
final class IQ4_NLQuantizer implements Quantizer {
    private static final int BYTES = 18;

    private final ScaledGroups search = new ScaledGroups(Levels.uneven());
    private final Weights weights = new Weights();

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        float[] w = this.weights.of(row, weights);
        long block = to;
        for (int from = 0; from < row.length; from += ScaledGroups.ELEMENTS) {
            int groups = Math.min(GroupBatch.GROUPS, (row.length - from) / 32);
            search.find(row, w, from, groups);
            for (int g = 0; g < groups; g++, block += BYTES) {
                Halves.put(block, search.scale[g]);
                pack(search.quants, g * 32, block + 2);
            }
        }
    }

    /** 32 levels as 16 bytes of nibbles. */
    static void pack(int[] levels, int from, long to) {
        for (int i = 0; i < 16; i++) {
            int low = Levels.indexOf(levels[from + i]);
            int high = Levels.indexOf(levels[from + 16 + i]);
            NativeMemory.putByte(to + i, (byte) (low | high << 4));
        }
    }
}
