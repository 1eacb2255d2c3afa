// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.format.NativeMemory;

/** 16 groups of 16 with a signed byte of scale each; see the format for the layout. */
final class Q6_KQuantizer implements Quantizer {
    private static final int BYTES = 210;

    private static final Levels LEVELS = Levels.even(-32, 31);

    private final SignedScales fit = new SignedScales(16, LEVELS, new ScaleSearch(LEVELS, 0.05f, 5), -128, 127, 3);
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
            NativeMemory.putByte(block + 192 + run, (byte) fit.scales[run]);
            long low = block + (run >> 3) * 64 + (run & 3) * 16;
            long high = block + 128 + (run >> 3) * 32 + (run & 1) * 16;
            for (int i = 0; i < 16; i++) {
                int q = fit.quants[run * 16 + i] + 32;
                or(low + i, (q & 15) << (run & 4));
                or(high + i, q >> 4 << (run & 6));
            }
        }
        Halves.put(block + 208, fit.d[0]);
    }

    private static void or(long address, int bits) {
        NativeMemory.putByte(address, (byte) (NativeMemory.getByte(address) | bits));
    }
}
