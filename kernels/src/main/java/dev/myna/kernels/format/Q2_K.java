// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 84 bytes: 16 bytes of 4-bit scales (low nibble) and minimums (high nibble), one per 16 weights; 64 bytes
 * of 2-bit quants; f16 d; f16 dmin. Weight = d scale q - dmin minimum. Each half of 128 weights takes 32 quant bytes;
 * run r of 32 weights lies in bits 2r and 2r + 1 of them.
 */
public record Q2_K() implements BlockFormat {
    private static final int BYTES = 84;

    @Override
    public TensorType type() {
        return TensorType.Q2_K;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            float d = NativeMemory.getHalf(block + 80);
            float dmin = NativeMemory.getHalf(block + 82);
            for (int run = 0; run < 16; run++) {
                int scale = NativeMemory.getUnsignedByte(block + run);
                float factor = d * (scale & 15);
                float minimum = dmin * (scale >> 4);
                long quants = quants(block, run);
                long out = to + b * 1024 + run * 64;
                for (int i = 0; i < 16; i++) {
                    int q = NativeMemory.getUnsignedByte(quants + i) >> shift(run) & 3;
                    NativeMemory.putFloat(out + i * 4, factor * q - minimum);
                }
            }
        }
    }

    private static long quants(long block, int run) {
        return block + 16 + (run >> 3) * 32 + (run & 1) * 16;
    }

    private static int shift(int run) {
        return run & 6;
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
                float d = NativeMemory.getHalf(block + 80);
                float dmin = NativeMemory.getHalf(block + 82);
                for (int run = 0; run < 16; run++) {
                    int scale = NativeMemory.getUnsignedByte(block + run);
                    float factor = d * (scale & 15);
                    float minimum = dmin * (scale >> 4);
                    long quants = quants(block, run);
                    long out = to + b * 1024 + run * 64;
                    for (int i = 0; i < 16; i += Lanes.W) {
                        Lanes.store(
                                Lanes.floats(Lanes.unsignedBytes(quants + i)
                                                .lanewise(VectorOperators.LSHR, shift(run))
                                                .and(3))
                                        .mul(factor)
                                        .sub(minimum),
                                out + i * 4);
                    }
                }
            }
        }
    }
}
