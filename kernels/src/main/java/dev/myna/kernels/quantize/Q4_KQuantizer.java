// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** Eight groups of 32 with six bits of scale and minimum each; see the format for the layout. */
final class Q4_KQuantizer implements Quantizer {
    private static final int BYTES = 144;

    private final ScalesAndMinimums fit = new ScalesAndMinimums(32, 15, 63, new LineSearch(15, 9));
    private final Weights weights = new Weights();

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        float[] w = this.weights.of(row, weights);
        long block = to;
        for (int from = 0; from < row.length; from += fit.blocks * 256) {
            int count = Math.min(fit.blocks, (row.length - from) / 256);
            fit.fit(row, w, from, count);
            for (int i = 0; i < count; i++, block += BYTES) {
                pack(i, block);
            }
        }
    }

    private void pack(int index, long block) {
        Halves.put(block, fit.d[index]);
        Halves.put(block + 2, fit.dmin[index]);
        packScales(fit.scales, fit.minimums, index * 8, block + 4);
        int from = index * 256;
        for (int pair = 0; pair < 4; pair++) {
            for (int i = 0; i < 32; i++) {
                int q = fit.quants[from + pair * 64 + i] | fit.quants[from + pair * 64 + 32 + i] << 4;
                NativeMemory.putByte(block + 16 + pair * 32 + i, (byte) q);
            }
        }
    }

    /** Eight scales and minimums of six bits in 12 bytes, as Q4_K and Q5_K store them. */
    static void packScales(int[] scales, int[] minimums, int from, long to) {
        for (int run = 0; run < 4; run++) {
            NativeMemory.putByte(to + run, (byte) (scales[from + run] | scales[from + run + 4] >> 4 << 6));
            NativeMemory.putByte(to + run + 4, (byte) (minimums[from + run] | minimums[from + run + 4] >> 4 << 6));
            NativeMemory.putByte(
                    to + run + 8, (byte) (scales[from + run + 4] & 15 | (minimums[from + run + 4] & 15) << 4));
        }
    }
}
