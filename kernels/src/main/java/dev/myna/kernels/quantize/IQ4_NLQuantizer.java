// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.format.NativeMemory;

/** Groups of 32 with a float16 scale each and uneven levels. */
final class IQ4_NLQuantizer implements Quantizer {
    private static final int BYTES = 18;
    private static final int ROUNDS = 3;
    private static final Levels LEVELS = Levels.uneven();

    private final GroupScale search = new GroupScale(LEVELS, 0.25f, 8);
    private final Weights weights = new Weights();
    private final int[] quants = new int[32];
    private final int[] trial = new int[32];

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        float[] w = this.weights.of(row, weights);
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += BYTES) {
            search.find(row, w, from, 32);
            float d = refine(row, w, from, Halves.round(search.scale));
            Halves.put(block, d);
            pack(quants, 0, block + 2);
        }
    }

    /** Levels for the rounded scale, then the best scale for them, as long as the error falls; the scale. */
    private float refine(float[] row, float[] w, int from, float first) {
        float d = first;
        double best = round(row, w, from, d, quants);
        for (int i = 0; i < ROUNDS && d != 0; i++) {
            double xq = 0;
            double qq = 0;
            for (int j = 0; j < 32; j++) {
                xq += w[from + j] * row[from + j] * quants[j];
                qq += w[from + j] * quants[j] * quants[j];
            }
            float next = qq > 0 ? Halves.round((float) (xq / qq)) : 0;
            double error = round(row, w, from, next, trial);
            if (!(error < best)) {
                break;
            }
            best = error;
            d = next;
            System.arraycopy(trial, 0, quants, 0, 32);
        }
        return d;
    }

    private static double round(float[] row, float[] w, int from, float d, int[] levels) {
        float inverse = Math.abs(d) < GroupScale.NOTHING ? 0 : 1 / d;
        double error = 0;
        for (int i = 0; i < 32; i++) {
            float q = LEVELS.round(row[from + i] * inverse);
            float off = row[from + i] - d * q;
            levels[i] = (int) q;
            error += w[from + i] * off * off;
        }
        return error;
    }

    /** 32 levels as 16 bytes of nibbles. */
    static void pack(int[] levels, int from, long to) {
        for (int i = 0; i < 16; i++) {
            int low = Levels.indexOf(levels[from + i]);
            int high = Levels.indexOf(levels[from + 16 + i]);
            NativeMemory.putByte(to + i, (byte) (low | high << 4));
        }
    }
}
