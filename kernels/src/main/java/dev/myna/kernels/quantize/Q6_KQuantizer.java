// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

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
        int[] q = fit.quants;
        for (int half = 0; half < 2; half++) {
            int from = half * 128;
            for (int i = 0; i < 64; i++) {
                int first = q[from + i] + 32;
                int second = q[from + 64 + i] + 32;
                NativeMemory.putByte(block + half * 64 + i, (byte) (first & 15 | second << 4));
            }
            for (int i = 0; i < 32; i++) {
                int bits = 0;
                for (int part = 0; part < 4; part++) {
                    bits |= q[from + 32 * part + i] + 32 >> 4 << 2 * part;
                }
                NativeMemory.putByte(block + 128 + half * 32 + i, (byte) bits);
            }
        }
        for (int run = 0; run < 16; run++) {
            NativeMemory.putByte(block + 192 + run, (byte) fit.scales[run]);
        }
        Halves.put(block + 208, fit.d[0]);
    }
}
