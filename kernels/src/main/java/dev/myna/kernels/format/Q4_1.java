// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** 32 weights in 20 bytes: f16 scale d, f16 minimum m, 16 bytes of nibbles as in {@link Q4_0}; weight = d q + m. */
public record Q4_1() implements BlockFormat {
    private static final int BYTES = 20;

    @Override
    public TensorType type() {
        return TensorType.Q4_1;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            long out = to + b * 128;
            float d = NativeMemory.getHalf(block);
            float m = NativeMemory.getHalf(block + 2);
            for (int i = 0; i < 16; i++) {
                int q = NativeMemory.getUnsignedByte(block + 4 + i);
                NativeMemory.putFloat(out + i * 4, d * (q & 15) + m);
                NativeMemory.putFloat(out + 64 + i * 4, d * (q >> 4) + m);
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
                for (int i = 0; i < 16; i += Lanes.W) {
                    IntVector q = Lanes.unsignedBytes(block + 4 + i);
                    Lanes.store(Lanes.floats(q.and(15)).mul(d).add(m), out + i * 4);
                    Lanes.store(
                            Lanes.floats(q.lanewise(VectorOperators.LSHR, 4))
                                    .mul(d)
                                    .add(m),
                            out + 64 + i * 4);
                }
            }
        }
    }
}
