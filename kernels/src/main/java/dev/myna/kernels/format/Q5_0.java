// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 32 weights in 22 bytes: f16 scale d, 32 fifth bits (bit i belongs to weight i), 16 bytes of nibbles as in {@link Q4_0};
 * weight = d (q - 16).
 */
public record Q5_0() implements BlockFormat {
    private static final int BYTES = 22;

    @Override
    public TensorType type() {
        return TensorType.Q5_0;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            long out = to + b * 128;
            float d = NativeMemory.getHalf(block);
            int high = NativeMemory.getInt(block + 2);
            for (int i = 0; i < 16; i++) {
                int q = NativeMemory.getUnsignedByte(block + 6 + i);
                NativeMemory.putFloat(out + i * 4, d * ((q & 15 | (high >>> i & 1) << 4) - 16));
                NativeMemory.putFloat(out + 64 + i * 4, d * ((q >> 4 | (high >>> i + 16 & 1) << 4) - 16));
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
                int high = NativeMemory.getInt(block + 2);
                for (int i = 0; i < 16; i += Lanes.W) {
                    IntVector q = Lanes.unsignedBytes(block + 6 + i);
                    IntVector low = q.and(15).or(fifthBits(high >>> i));
                    IntVector up = q.lanewise(VectorOperators.LSHR, 4).or(fifthBits(high >>> i + 16));
                    Lanes.store(Lanes.floats(low.sub(16)).mul(d), out + i * 4);
                    Lanes.store(Lanes.floats(up.sub(16)).mul(d), out + 64 + i * 4);
                }
            }
        }

        /** Bit l of {@code bits} as bit 4 of lane l. */
        static IntVector fifthBits(int bits) {
            return IntVector.broadcast(Lanes.I, bits)
                    .lanewise(VectorOperators.LSHR, Lanes.IOTA)
                    .and(1)
                    .lanewise(VectorOperators.LSHL, 4);
        }
    }
}
