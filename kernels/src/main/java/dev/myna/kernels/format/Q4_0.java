// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;
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
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        private static final LongVector SIGNS = QuantBytes.everyByte(0x88);
        private static final LongVector HIGH_NIBBLES = QuantBytes.everyByte(0xf0);

        @Override
        public int group() {
            return 32;
        }

        @Override
        public boolean hasMinimums() {
            return false;
        }

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);

            for (int b = 0; b < blocks; b++) {
                LongVector v = QuantBytes.load(block + 2).lanewise(VectorOperators.XOR, SIGNS);
                QuantBytes.store(v.lanewise(VectorOperators.LSHL, 4).and(HIGH_NIBBLES), q);
                QuantBytes.store(v.and(HIGH_NIBBLES), q + 16);
                QuantBytes.factor32(NativeMemory.getHalf(block) * 0x1p-4f, f);
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
            }
        }
    }
}
