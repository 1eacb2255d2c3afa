// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;

/** 32 weights in 34 bytes: f16 scale d, 32 signed bytes q; weight = d q. */
public record Q8_0() implements BlockFormat {
    private static final int BYTES = 34;

    @Override
    public TensorType type() {
        return TensorType.Q8_0;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            long out = to + b * 128;
            float d = NativeMemory.getHalf(block);
            for (int i = 0; i < 32; i++) {
                NativeMemory.putFloat(out + i * 4, d * NativeMemory.getByte(block + 2 + i));
            }
        }
    }

    @Override
    public Dequantizer simd() {
        return new Simd();
    }

    /** The vector form. */
    public static final class Simd implements Dequantizer {

        @Override
        public void dequantize(long from, long to, long blocks) {
            for (long b = 0; b < blocks; b++) {
                long block = from + b * BYTES;
                long out = to + b * 128;
                float d = NativeMemory.getHalf(block);
                for (int i = 0; i < 32; i += Lanes.W) {
                    Lanes.store(Lanes.floats(Lanes.bytes(block + 2 + i)).mul(d), out + i * 4);
                }
            }
        }
    }
}
