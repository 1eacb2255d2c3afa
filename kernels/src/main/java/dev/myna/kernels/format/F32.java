// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;

/** IEEE binary32; expansion is a copy. */
public record F32() implements BlockFormat {

    @Override
    public Layout layout() {
        return Layout.ofFloats(TensorType.F32);
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        NativeMemory.copy(from, to, blocks * Float.BYTES);
    }

    @Override
    public Dequantizer simd() {
        return this;
    }

    @Override
    public Quantizer quantizer() {
        return new Rounding();
    }

    /** A copy. */
    static final class Rounding implements Quantizer {
        @Override
        public void quantize(float[] row, float[] weights, long to) {
            for (int i = 0; i < row.length; i++) {
                NativeMemory.putFloat(to + i * 4L, row[i]);
            }
        }
    }
}
