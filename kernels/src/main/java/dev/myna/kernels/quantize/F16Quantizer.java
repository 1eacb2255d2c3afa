// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

/** To nearest, ties to even. */
final class F16Quantizer implements Quantizer {
    @Override
    public void quantize(float[] row, float[] weights, long to) {
        for (int i = 0; i < row.length; i++) {
            Halves.put(to + i * 2L, row[i]);
        }
    }
}
