// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;

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
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {

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
                QuantBytes.store(QuantBytes.load(block + 2), q);
                QuantBytes.store(QuantBytes.load(block + 18), q + 16);
                QuantBytes.factor32(NativeMemory.getHalf(block), f);
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
            }
        }
    }
}
