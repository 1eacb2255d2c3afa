// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 32 weights in 24 bytes: f16 scale d, f16 minimum m, 32 fifth bits and 16 bytes of nibbles as in {@link Q5_0};
 * weight = d q + m.
 */
public final class Q5_1 extends QuantFormat {
    private static final int BYTES = TensorType.Q5_1.blockBytes();

    Q5_1() {
        super(new Layout(TensorType.Q5_1, 32, 0, 2, 5, 0));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        float m = NativeMemory.getHalf(block + 2);
        int high = NativeMemory.getInt(block + 4);
        for (int i = 0; i < 16; i++) {
            int q = NativeMemory.getUnsignedByte(block + 8 + i);
            NativeMemory.putFloat(to + i * 4, d * (q & 15 | (high >>> i & 1) << 4) + m);
            NativeMemory.putFloat(to + 64 + i * 4, d * (q >> 4 | (high >>> i + 16 & 1) << 4) + m);
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
                LongVector v = QuantBytes.load(block + 8);
                int fifth = NativeMemory.getInt(block + 4);
                QuantBytes.store(
                        v.and(QuantBytes.LOW_NIBBLES)
                                .or(QuantBytes.highestBits(fifth).lanewise(VectorOperators.LSHR, 3)),
                        q);
                QuantBytes.store(
                        QuantBytes.highNibbles(v)
                                .or(QuantBytes.highestBits(fifth >> 16).lanewise(VectorOperators.LSHR, 3)),
                        q + 16);
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
        return new Q4_1.Rounding(TensorType.Q5_1, 31);
    }
}
