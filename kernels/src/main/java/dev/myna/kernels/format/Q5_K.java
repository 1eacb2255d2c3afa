// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 176 bytes: f16 d, f16 dmin, 12 bytes of scales and minimums as in {@link Q4_K}, 32 bytes of fifth bits, 128
 * bytes of nibbles as in {@link Q4_K}. Weight = d scale q - dmin minimum. Bit r of fifth-bit byte i belongs to weight i of the
 * r-th run of 32 weights.
 */
public record Q5_K() implements BlockFormat {
    private static final int BYTES = 176;

    @Override
    public TensorType type() {
        return TensorType.Q5_K;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            float d = NativeMemory.getHalf(block);
            float dmin = NativeMemory.getHalf(block + 2);
            for (int run = 0; run < 8; run++) {
                float factor = d * Q4_K.scale(block + 4, run);
                float minimum = dmin * Q4_K.minimum(block + 4, run);
                long quants = block + 48 + (run >> 1) * 32;
                int shift = (run & 1) * 4;
                long out = to + b * 1024 + run * 128;
                for (int i = 0; i < 32; i++) {
                    int fifth = NativeMemory.getUnsignedByte(block + 16 + i) >> run & 1;
                    int q = NativeMemory.getUnsignedByte(quants + i) >> shift & 15 | fifth << 4;
                    NativeMemory.putFloat(out + i * 4, factor * q - minimum);
                }
            }
        }
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        private static final LongVector FIFTH = QuantBytes.everyByte(0x10);

        @Override
        public int group() {
            return 32;
        }

        @Override
        public boolean hasMinimums() {
            return true;
        }

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            long m = NativeMemory.known(minimums);
            for (int b = 0; b < blocks; b++) {
                Q4_K.Bytes.scales(block, f, m);
                for (int half = 0; half < 32; half += 16) {
                    // The bits of the first pair of runs at bits 4 and 5; then the next pair's.
                    LongVector fifth = QuantBytes.load(block + 16 + half);
                    for (int pair = 0; pair < 4; pair++) {
                        LongVector v = QuantBytes.load(block + 48 + half + pair * 32);
                        long to = q + half + pair * 64;
                        LongVector bits = fifth.lanewise(VectorOperators.LSHR, pair * 2);
                        QuantBytes.store(
                                v.and(QuantBytes.LOW_NIBBLES)
                                        .or(bits.lanewise(VectorOperators.LSHL, 4)
                                                .and(FIFTH)),
                                to);
                        QuantBytes.store(
                                QuantBytes.highNibbles(v)
                                        .or(bits.lanewise(VectorOperators.LSHL, 3)
                                                .and(FIFTH)),
                                to + 32);
                    }
                }
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 256);
                f = NativeMemory.known(f + 256);
                m = NativeMemory.known(m + 32);
            }
        }
    }
}
