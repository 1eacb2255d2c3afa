// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 84 bytes: 16 bytes of 4-bit scales (low nibble) and minimums (high nibble), one per 16 weights; 64 bytes
 * of 2-bit quants; f16 d; f16 dmin. Weight = d scale q - dmin minimum. Each half of 128 weights takes 32 quant bytes;
 * run r of 32 weights lies in bits 2r and 2r + 1 of them.
 */
public record Q2_K() implements BlockFormat {
    private static final int BYTES = 84;

    @Override
    public TensorType type() {
        return TensorType.Q2_K;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            float d = NativeMemory.getHalf(block + 80);
            float dmin = NativeMemory.getHalf(block + 82);
            for (int run = 0; run < 16; run++) {
                int scale = NativeMemory.getUnsignedByte(block + run);
                float factor = d * (scale & 15);
                float minimum = dmin * (scale >> 4);
                long quants = quants(block, run);
                long out = to + b * 1024 + run * 64;
                for (int i = 0; i < 16; i++) {
                    int q = NativeMemory.getUnsignedByte(quants + i) >> shift(run) & 3;
                    NativeMemory.putFloat(out + i * 4, factor * q - minimum);
                }
            }
        }
    }

    private static long quants(long block, int run) {
        return block + 16 + (run >> 3) * 32 + (run & 1) * 16;
    }

    private static int shift(int run) {
        return run & 6;
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        private static final LongVector PAIRS = QuantBytes.everyByte(0x03);

        @Override
        public int group() {
            return 16;
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
                for (int part = 0; part < 4; part++) {
                    LongVector v = QuantBytes.load(block + 16 + part * 16);
                    long to = q + (part >> 1) * 128 + (part & 1) * 16;
                    QuantBytes.store(v.and(PAIRS), to);
                    QuantBytes.store(v.lanewise(VectorOperators.LSHR, 2).and(PAIRS), to + 32);
                    QuantBytes.store(v.lanewise(VectorOperators.LSHR, 4).and(PAIRS), to + 64);
                    QuantBytes.store(v.lanewise(VectorOperators.LSHR, 6).and(PAIRS), to + 96);
                }
                float d = NativeMemory.getHalf(block + 80);
                float dmin = NativeMemory.getHalf(block + 82);
                for (int i = 0; i < 2; i++) {
                    long both = NativeMemory.getLong(block + i * 8);
                    QuantBytes.factors16(d, both & 0x0f0f0f0f0f0f0f0fL, 0, f + i * 128);
                    QuantBytes.minimums(dmin, both >>> 4 & 0x0f0f0f0f0f0f0f0fL, m + i * 32);
                }
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 256);
                f = NativeMemory.known(f + 256);
                m = NativeMemory.known(m + 64);
            }
        }
    }
}
