// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** 16 groups of 16 with six bits of signed scale each; see the format for the layout. */
final class Q3_KQuantizer implements Quantizer {
    private static final int BYTES = 110;

    private static final Levels LEVELS = Levels.even(-4, 3);

    private final SignedScales fit = new SignedScales(16, LEVELS, new ScaleSearch(LEVELS, 0.4f, 8), -32, 31, 3);
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
            int scale = fit.scales[run] + 32;
            or(block + 96 + (run & 7), (scale & 15) << (run >> 3 << 2));
            or(block + 104 + (run & 3), scale >> 4 << (run >> 2 << 1));
        }
        int[] q = fit.quants;
        for (int i = 0; i < 32; i++) {
            int high = 0;
            for (int half = 0; half < 2; half++) {
                int low = 0;
                for (int part = 0; part < 4; part++) {
                    int level = q[half * 128 + part * 32 + i] + 4;
                    low |= (level & 3) << 2 * part;
                    high |= level >> 2 << 4 * half + part;
                }
                NativeMemory.putByte(block + 32 + half * 32 + i, (byte) low);
            }
            NativeMemory.putByte(block + i, (byte) high);
        }
        Halves.put(block + 108, fit.d[0]);
    }

    private static void or(long address, int bits) {
        NativeMemory.putByte(address, (byte) (NativeMemory.getByte(address) | bits));
    }
}
