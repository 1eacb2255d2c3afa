// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 32 weights in 22 bytes: f16 scale d, 32 fifth bits (bit i belongs to weight i), 16 bytes of nibbles as in {@link Q4_0};
 * weight = d (q - 16).
 */
public final class Q5_0 extends QuantFormat {
    private static final int BYTES = TensorType.Q5_0.blockBytes();

    Q5_0() {
        super(new Layout(TensorType.Q5_0, 32, 0, Layout.NONE, 5, 16));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        int high = NativeMemory.getInt(block + 2);
        for (int i = 0; i < 16; i++) {
            int q = NativeMemory.getUnsignedByte(block + 6 + i);
            NativeMemory.putFloat(to + i * 4, d * ((q & 15 | (high >>> i & 1) << 4) - 16));
            NativeMemory.putFloat(to + 64 + i * 4, d * ((q >> 4 | (high >>> i + 16 & 1) << 4) - 16));
        }
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        // At bits 3 to 6, below the fifth.
        private static final LongVector NIBBLES = QuantBytes.everyByte(0x78);

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            for (int b = 0; b < blocks; b++) {
                LongVector v = QuantBytes.load(block + 6);
                long clear = ~NativeMemory.getInt(block + 2);
                QuantBytes.store(
                        v.lanewise(VectorOperators.LSHL, 3).and(NIBBLES).or(QuantBytes.highestBits(clear)), q);
                QuantBytes.store(
                        v.lanewise(VectorOperators.LSHR, 1).and(NIBBLES).or(QuantBytes.highestBits(clear >> 16)),
                        q + 16);
                QuantBytes.factor32(NativeMemory.getHalf(block) * 0x1p-3f, f);
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
            }
        }
    }

    @Override
    public Quantizer quantizer() {
        return new Q4_0.Rounding(TensorType.Q5_0, 16);
    }
}
