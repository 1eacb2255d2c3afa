// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.machine.NativeMemory;

/** A copy. */
final class F32Quantizer implements Quantizer {
    @Override
    public void quantize(float[] row, float[] weights, long to) {
        for (int i = 0; i < row.length; i++) {
            NativeMemory.putFloat(to + i * 4L, row[i]);
        }
    }
}
