// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 110 bytes: 32 bytes of third bits, 64 bytes of 2-bit quants laid out as in {@link Q2_K}, 12 bytes of 6-bit
 * scales, f16 d. Weight = d (scale - 32) (q - 4) with q of three bits. Bit r of third-bit byte i belongs to weight i of the
 * r-th run of 32 weights. Scale s has its low nibble in byte s mod 8 (low half for s < 8, else high half) and its two high
 * bits in byte 8 + s mod 4, at bit 2 (s / 4).
 */
public record Q3_K() implements BlockFormat {
    private static final int BYTES = 110;

    @Override
    public TensorType type() {
        return TensorType.Q3_K;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            float d = NativeMemory.getHalf(block + 108);
            for (int run = 0; run < 16; run++) {
                float factor = d * scale(block, run);
                long high = block + (run & 1) * 16;
                long quants = quants(block, run);
                long out = to + b * 1024 + run * 64;
                for (int i = 0; i < 16; i++) {
                    int q = NativeMemory.getUnsignedByte(quants + i) >> (run & 6) & 3;
                    int third = NativeMemory.getUnsignedByte(high + i) >> (run >> 1) & 1;
                    NativeMemory.putFloat(out + i * 4, factor * ((q | third << 2) - 4));
                }
            }
        }
    }

    private static long quants(long block, int run) {
        return block + 32 + (run >> 3) * 32 + (run & 1) * 16;
    }

    private static int scale(long block, int run) {
        int low = NativeMemory.getUnsignedByte(block + 96 + (run & 7)) >> ((run >> 3) << 2) & 15;
        int high = NativeMemory.getUnsignedByte(block + 104 + (run & 3)) >> ((run >> 2) << 1) & 3;
        return (low | high << 4) - 32;
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
                float d = NativeMemory.getHalf(block + 108);
                for (int run = 0; run < 16; run++) {
                    float factor = d * scale(block, run);
                    long high = block + (run & 1) * 16;
                    long quants = quants(block, run);
                    long out = to + b * 1024 + run * 64;
                    for (int i = 0; i < 16; i += Lanes.W) {
                        IntVector q = Lanes.unsignedBytes(quants + i)
                                .lanewise(VectorOperators.LSHR, run & 6)
                                .and(3);
                        IntVector third = Lanes.unsignedBytes(high + i)
                                .lanewise(VectorOperators.LSHR, run >> 1)
                                .and(1)
                                .lanewise(VectorOperators.LSHL, 2);
                        Lanes.store(Lanes.floats(q.or(third).sub(4)).mul(factor), out + i * 4);
                    }
                }
            }
        }
    }
}
