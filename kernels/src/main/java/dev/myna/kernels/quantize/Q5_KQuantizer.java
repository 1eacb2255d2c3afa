// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** Eight groups of 32 with six bits of scale and minimum each; see the format for the layout. */
final class Q5_KQuantizer implements Quantizer {
    private static final int BYTES = 176;

    private final ScalesAndMinimums fit = new ScalesAndMinimums(32, 31, 63, new LineSearch(31, 9));
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
        Q4_KQuantizer.packScales(fit.scales, fit.minimums, index * 8, block + 4);
        int from = index * 256;
        for (int pair = 0; pair < 4; pair++) {
            for (int i = 0; i < 32; i++) {
                int q = fit.quants[from + pair * 64 + i] & 15 | (fit.quants[from + pair * 64 + 32 + i] & 15) << 4;
                NativeMemory.putByte(block + 48 + pair * 32 + i, (byte) q);
            }
        }
        for (int i = 0; i < 32; i++) {
            int fifth = 0;
            for (int run = 0; run < 8; run++) {
                fifth |= fit.quants[from + run * 32 + i] >> 4 << run;
            }
            NativeMemory.putByte(block + 16 + i, (byte) fifth);
        }
    }
}
