// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;

/** IEEE binary32; expansion is a copy. */
public record F32() implements BlockFormat {

    @Override
    public TensorType type() {
        return TensorType.F32;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        NativeMemory.copy(from, to, blocks * Float.BYTES);
    }

    @Override
    public Dequantizer simd() {
        return this;
    }
}
