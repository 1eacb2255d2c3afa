// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** Without weights: the element of largest magnitude, with its sign, becomes level -8, as in the reference. With weights: searched. */
final class Q4_0Quantizer implements Quantizer {
    private static final int BYTES = 18;

    private final ScaledGroups search = new ScaledGroups(Levels.even(-8, 7));

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        if (weights != null) {
            search(row, weights, to);
            return;
        }
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += BYTES) {
            float extreme = Extremes.signed(row, from, 32);
            float d = extreme / -8;
            float inverse = d == 0 ? 0 : 1 / d;
            Halves.put(block, d);
            for (int i = 0; i < 16; i++) {
                int low = Math.min(15, (int) (row[from + i] * inverse + 8.5f));
                int high = Math.min(15, (int) (row[from + i + 16] * inverse + 8.5f));
                NativeMemory.putByte(block + 2 + i, (byte) (low | high << 4));
            }
        }
    }

    private void search(float[] row, float[] weights, long to) {
        long block = to;
        for (int from = 0; from < row.length; from += ScaledGroups.ELEMENTS) {
            int groups = Math.min(GroupBatch.GROUPS, (row.length - from) / 32);
            search.find(row, weights, from, groups);
            for (int g = 0; g < groups; g++, block += BYTES) {
                Halves.put(block, search.scale[g]);
                Nibbles.put(block + 2, search.quants, g * 32, 8);
            }
        }
    }
}
