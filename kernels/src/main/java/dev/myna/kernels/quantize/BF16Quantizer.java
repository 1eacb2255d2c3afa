// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** To nearest, ties to even: half of the last kept bit is added, less one where that bit is 0. */
final class BF16Quantizer implements Quantizer {
    @Override
    public void quantize(float[] row, float[] weights, long to) {
        for (int i = 0; i < row.length; i++) {
            int bits = Float.floatToRawIntBits(row[i]);
            int rounded = bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
            if ((rounded & 0x7f80) == 0x7f80) {
                throw new ArithmeticException(row[i] + " exceeds the largest bfloat16");
            }
            NativeMemory.putShort(to + i * 2L, (short) rounded);
        }
    }
}
