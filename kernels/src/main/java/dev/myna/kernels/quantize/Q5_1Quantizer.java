// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** Without weights: the smallest element becomes level 0, the largest level 31, as in the reference. With weights: searched. */
final class Q5_1Quantizer implements Quantizer {
    private static final int BYTES = 24;

    private final LinedGroups search = new LinedGroups(31);

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        if (weights != null) {
            search(row, weights, to);
            return;
        }
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += BYTES) {
            float smallest = row[from];
            float largest = row[from];
            for (int i = 1; i < 32; i++) {
                // Not Math.min: of 0 and -0 the first one counts, as in the reference.
                smallest = row[from + i] < smallest ? row[from + i] : smallest;
                largest = row[from + i] > largest ? row[from + i] : largest;
            }
            float d = (largest - smallest) / 31;
            float inverse = d == 0 ? 0 : 1 / d;
            Halves.put(block, d);
            Halves.put(block + 2, smallest);
            int fifth = 0;
            for (int i = 0; i < 16; i++) {
                int low = Math.min(31, (int) ((row[from + i] - smallest) * inverse + 0.5f));
                int high = Math.min(31, (int) ((row[from + i + 16] - smallest) * inverse + 0.5f));
                NativeMemory.putByte(block + 8 + i, (byte) (low & 15 | (high & 15) << 4));
                fifth |= low >> 4 << i | high >> 4 << i + 16;
            }
            NativeMemory.putInt(block + 4, fifth);
        }
    }

    private void search(float[] row, float[] weights, long to) {
        long block = to;
        for (int from = 0; from < row.length; from += ScaledGroups.ELEMENTS) {
            int groups = Math.min(GroupBatch.GROUPS, (row.length - from) / 32);
            search.find(row, weights, from, groups);
            for (int g = 0; g < groups; g++, block += BYTES) {
                Halves.put(block, search.scale[g]);
                Halves.put(block + 2, search.offset[g]);
                Nibbles.putFive(block + 4, search.quants, g * 32, 0);
            }
        }
    }
}
