// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 32 weights in 24 bytes: f16 scale d, f16 minimum m, 32 fifth bits and 16 bytes of nibbles as in {@link Q5_0};
 * weight = d q + m.
 */
public record Q5_1() implements BlockFormat {
    private static final int BYTES = 24;

    @Override
    public TensorType type() {
        return TensorType.Q5_1;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            long out = to + b * 128;
            float d = NativeMemory.getHalf(block);
            float m = NativeMemory.getHalf(block + 2);
            int high = NativeMemory.getInt(block + 4);
            for (int i = 0; i < 16; i++) {
                int q = NativeMemory.getUnsignedByte(block + 8 + i);
                NativeMemory.putFloat(out + i * 4, d * (q & 15 | (high >>> i & 1) << 4) + m);
                NativeMemory.putFloat(out + 64 + i * 4, d * (q >> 4 | (high >>> i + 16 & 1) << 4) + m);
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
                float m = NativeMemory.getHalf(block + 2);
                int high = NativeMemory.getInt(block + 4);
                for (int i = 0; i < 16; i += Lanes.W) {
                    IntVector q = Lanes.unsignedBytes(block + 8 + i);
                    IntVector low = q.and(15).or(Q5_0.Simd.fifthBits(high >>> i));
                    IntVector up = q.lanewise(VectorOperators.LSHR, 4).or(Q5_0.Simd.fifthBits(high >>> i + 16));
                    Lanes.store(Lanes.floats(low).mul(d).add(m), out + i * 4);
                    Lanes.store(Lanes.floats(up).mul(d).add(m), out + 64 + i * 4);
                }
            }
        }
    }
}
