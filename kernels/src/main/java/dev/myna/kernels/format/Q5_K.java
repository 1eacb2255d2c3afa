// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 176 bytes: f16 d, f16 dmin, 12 bytes of scales and minimums as in {@link Q4_K}, 32 bytes of fifth bits, 128
 * bytes of nibbles as in {@link Q4_K}. Weight = d scale q - dmin minimum. Bit r of fifth-bit byte i belongs to weight i of the
 * r-th run of 32 weights.
 */
public record Q5_K() implements BlockFormat {
    private static final int BYTES = 176;

    @Override
    public TensorType type() {
        return TensorType.Q5_K;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            float d = NativeMemory.getHalf(block);
            float dmin = NativeMemory.getHalf(block + 2);
            for (int run = 0; run < 8; run++) {
                float factor = d * Q4_K.scale(block + 4, run);
                float minimum = dmin * Q4_K.minimum(block + 4, run);
                long quants = block + 48 + (run >> 1) * 32;
                int shift = (run & 1) * 4;
                long out = to + b * 1024 + run * 128;
                for (int i = 0; i < 32; i++) {
                    int fifth = NativeMemory.getUnsignedByte(block + 16 + i) >> run & 1;
                    int q = NativeMemory.getUnsignedByte(quants + i) >> shift & 15 | fifth << 4;
                    NativeMemory.putFloat(out + i * 4, factor * q - minimum);
                }
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
                float d = NativeMemory.getHalf(block);
                float dmin = NativeMemory.getHalf(block + 2);
                for (int run = 0; run < 8; run++) {
                    float factor = d * Q4_K.scale(block + 4, run);
                    float minimum = dmin * Q4_K.minimum(block + 4, run);
                    long quants = block + 48 + (run >> 1) * 32;
                    int shift = (run & 1) * 4;
                    long out = to + b * 1024 + run * 128;
                    for (int i = 0; i < 32; i += Lanes.W) {
                        IntVector fifth = Lanes.unsignedBytes(block + 16 + i)
                                .lanewise(VectorOperators.LSHR, run)
                                .and(1)
                                .lanewise(VectorOperators.LSHL, 4);
                        IntVector q = Lanes.unsignedBytes(quants + i)
                                .lanewise(VectorOperators.LSHR, shift)
                                .and(15)
                                .or(fifth);
                        Lanes.store(Lanes.floats(q).mul(factor).sub(minimum), out + i * 4);
                    }
                }
            }
        }
    }
}
