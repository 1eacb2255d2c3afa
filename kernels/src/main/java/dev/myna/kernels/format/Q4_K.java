// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 144 bytes: f16 d, f16 dmin, 12 bytes of eight 6-bit scales and eight 6-bit minimums (one pair per 32
 * weights), 128 bytes of nibbles. Weight = d scale q - dmin minimum. Nibble bytes 32c to 32c + 31 hold weights 64c to
 * 64c + 31 in their low halves and the next 32 in their high halves.
 */
public record Q4_K() implements BlockFormat {
    private static final int BYTES = 144;

    @Override
    public TensorType type() {
        return TensorType.Q4_K;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            float d = NativeMemory.getHalf(block);
            float dmin = NativeMemory.getHalf(block + 2);
            for (int run = 0; run < 8; run++) {
                float factor = d * scale(block + 4, run);
                float minimum = dmin * minimum(block + 4, run);
                long quants = block + 16 + (run >> 1) * 32;
                int shift = (run & 1) * 4;
                long out = to + b * 1024 + run * 128;
                for (int i = 0; i < 32; i++) {
                    int q = NativeMemory.getUnsignedByte(quants + i) >> shift & 15;
                    NativeMemory.putFloat(out + i * 4, factor * q - minimum);
                }
            }
        }
    }

    /** The first four scales are the low six bits of bytes 0 to 3; the others are split over a nibble and two spare bits. */
    static int scale(long scales, int run) {
        if (run < 4) {
            return NativeMemory.getUnsignedByte(scales + run) & 63;
        }
        return NativeMemory.getUnsignedByte(scales + run + 4) & 15
                | NativeMemory.getUnsignedByte(scales + run - 4) >> 6 << 4;
    }

    /** As {@link #scale}, four bytes later and in the high nibbles. */
    static int minimum(long scales, int run) {
        if (run < 4) {
            return NativeMemory.getUnsignedByte(scales + run + 4) & 63;
        }
        return NativeMemory.getUnsignedByte(scales + run + 4) >> 4
                | NativeMemory.getUnsignedByte(scales + run) >> 6 << 4;
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
                for (int pair = 0; pair < 4; pair++) {
                    float factor0 = d * scale(block + 4, 2 * pair);
                    float minimum0 = dmin * minimum(block + 4, 2 * pair);
                    float factor1 = d * scale(block + 4, 2 * pair + 1);
                    float minimum1 = dmin * minimum(block + 4, 2 * pair + 1);
                    long quants = block + 16 + pair * 32;
                    long out = to + b * 1024 + pair * 256;
                    for (int i = 0; i < 32; i += Lanes.W) {
                        IntVector q = Lanes.unsignedBytes(quants + i);
                        Lanes.store(Lanes.floats(q.and(15)).mul(factor0).sub(minimum0), out + i * 4);
                        Lanes.store(
                                Lanes.floats(q.lanewise(VectorOperators.LSHR, 4))
                                        .mul(factor1)
                                        .sub(minimum1),
                                out + 128 + i * 4);
                    }
                }
            }
        }
    }
}
