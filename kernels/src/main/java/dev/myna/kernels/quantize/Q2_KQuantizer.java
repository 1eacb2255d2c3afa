// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

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
        for (int run = 0; run < 16; run++) {
            NativeMemory.putByte(block + run, (byte) (fit.scales[run] | fit.minimums[run] << 4));
        }
        int[] q = fit.quants;
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 32; i++) {
                int bits = 0;
                for (int part = 0; part < 4; part++) {
                    bits |= q[half * 128 + part * 32 + i] << 2 * part;
                }
                NativeMemory.putByte(block + 16 + half * 32 + i, (byte) bits);
            }
        }
        Halves.put(block + 80, fit.d[0]);
        Halves.put(block + 82, fit.dmin[0]);
    }
}
