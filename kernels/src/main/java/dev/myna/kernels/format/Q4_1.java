// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;

/** 32 weights in 20 bytes: f16 scale d, f16 minimum m, 16 bytes of nibbles as in {@link Q4_0}; weight = d q + m. */
public record Q4_1() implements BlockFormat {
    private static final Layout LAYOUT = new Layout(TensorType.Q4_1, 32, 0, 2, 4, 0);
    private static final int BYTES = TensorType.Q4_1.blockBytes();

    @Override
    public Layout layout() {
        return LAYOUT;
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
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            long m = NativeMemory.known(minimums);
            for (int b = 0; b < blocks; b++) {
                LongVector v = QuantBytes.load(block + 4);
                QuantBytes.store(v.and(QuantBytes.LOW_NIBBLES), q);
                QuantBytes.store(QuantBytes.highNibbles(v), q + 16);
                QuantBytes.factor32(NativeMemory.getHalf(block), f);
                NativeMemory.putFloat(m, NativeMemory.getHalf(block + 2));
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
                m = NativeMemory.known(m + 4);
            }
        }
    }

    @Override
    public Quantizer quantizer() {
        return new OffsetRounding(TensorType.Q4_1, 15);
    }
}
