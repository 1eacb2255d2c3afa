// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.format.NativeMemory;

/** 16 groups of 16 with four bits of scale and minimum each; see the format for the layout. */
final class Q2_KQuantizer implements Quantizer {
    private static final int BYTES = 84;

    private final ScalesAndMinimums fit = new ScalesAndMinimums(16, 3, 15, new LineSearch(3, 9));
    private final Weights weights = new Weights();

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        float[] w = this.weights.of(row, weights);
        long block = to;
        for (int from = 0; from < row.length; from += 256, block += BYTES) {
            fit.fit(row, w, from, 1);
            pack(block);
        }
    }

    private void pack(long block) {
        NativeMemory.zero(block, BYTES);
        for (int run = 0; run < 16; run++) {
            NativeMemory.putByte(block + run, (byte) (fit.scales[run] | fit.minimums[run] << 4));
            long quants = block + 16 + (run >> 3) * 32 + (run & 1) * 16;
            for (int i = 0; i < 16; i++) {
                int q = fit.quants[run * 16 + i] << (run & 6);
                NativeMemory.putByte(quants + i, (byte) (NativeMemory.getByte(quants + i) | q));
            }
        }
        Halves.put(block + 80, fit.d[0]);
        Halves.put(block + 82, fit.dmin[0]);
    }
}
