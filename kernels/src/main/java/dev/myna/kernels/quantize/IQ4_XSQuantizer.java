// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** Eight groups of 32 with six bits of signed scale each and uneven levels; see the format for the layout. */
final class IQ4_XSQuantizer implements Quantizer {
    private static final int BYTES = 136;

    private static final Levels LEVELS = Levels.uneven();

    private final SignedScales fit = new SignedScales(32, LEVELS, new ScaleSearch(LEVELS, 0.25f, 8), -32, 31, 3);
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
        NativeMemory.zero(block, BYTES);
        Halves.put(block, fit.d[index]);
        int high = 0;
        for (int run = 0; run < 8; run++) {
            int scale = fit.scales[index * 8 + run] + 32;
            high |= scale >> 4 << 2 * run;
            long low = block + 4 + (run >> 1);
            NativeMemory.putByte(low, (byte) (NativeMemory.getByte(low) | (scale & 15) << (run & 1) * 4));
            IQ4_NLQuantizer.pack(fit.quants, index * 256 + run * 32, block + 8 + run * 16);
        }
        NativeMemory.putShort(block + 2, (short) high);
    }
}
