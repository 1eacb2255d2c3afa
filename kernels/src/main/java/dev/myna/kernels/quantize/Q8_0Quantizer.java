// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** The largest magnitude becomes 127; halves round away from zero. */
final class Q8_0Quantizer implements Quantizer {
    private static final int BYTES = 34;

    @Override
    public void quantize(float[] row, float[] weights, long to) {
        long block = to;
        for (int from = 0; from < row.length; from += 32, block += BYTES) {
            float largest = 0;
            for (int i = 0; i < 32; i++) {
                largest = Math.max(largest, Math.abs(row[from + i]));
            }
            float d = largest / 127;
            float inverse = d == 0 ? 0 : 1 / d;
            Halves.put(block, d);
            for (int i = 0; i < 32; i++) {
                // The product is an f32; half is added in f64, where no sum rounds up to the next integer.
                double scaled = row[from + i] * inverse;
                NativeMemory.putByte(block + 2 + i, (byte) (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5));
            }
        }
    }
}
