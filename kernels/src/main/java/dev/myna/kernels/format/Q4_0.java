// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 32 weights in 18 bytes: f16 scale d, 16 bytes of nibbles; byte i holds weight i in its low nibble and weight i + 16 in
 * its high nibble; weight = d (q - 8).
 */
public record Q4_0() implements BlockFormat {
    private static final int BYTES = 18;

    @Override
    public TensorType type() {
        return TensorType.Q4_0;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            long out = to + b * 128;
            float d = NativeMemory.getHalf(block);
            for (int i = 0; i < 16; i++) {
                int q = NativeMemory.getUnsignedByte(block + 2 + i);
                NativeMemory.putFloat(out + i * 4, d * ((q & 15) - 8));
                NativeMemory.putFloat(out + 64 + i * 4, d * ((q >> 4) - 8));
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
                for (int i = 0; i < 16; i += Lanes.W) {
                    IntVector q = Lanes.unsignedBytes(block + 2 + i);
                    Lanes.store(Lanes.floats(q.and(15).sub(8)).mul(d), out + i * 4);
                    Lanes.store(
                            Lanes.floats(q.lanewise(VectorOperators.LSHR, 4).sub(8))
                                    .mul(d),
                            out + 64 + i * 4);
                }
            }
        }
    }
}
