// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.LineSearch;
import dev.myna.kernels.format.search.ScalesAndMinimums;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 84 bytes: 16 bytes of 4-bit scales (low nibble) and minimums (high nibble), one per 16 weights; 64 bytes
 * of 2-bit quants; f16 d; f16 dmin. Weight = d scale q - dmin minimum. Each half of 128 weights takes 32 quant bytes;
 * run r of 32 weights lies in bits 2r and 2r + 1 of them.
 */
public final class Q2_K extends QuantFormat {
    private static final int BYTES = TensorType.Q2_K.blockBytes();

    Q2_K() {
        super(new Layout(TensorType.Q2_K, 16, 80, 82, 2, 0));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block + 80);
        float dmin = NativeMemory.getHalf(block + 82);
        for (int run = 0; run < 16; run++) {
            int scale = NativeMemory.getUnsignedByte(block + run);
            float factor = d * (scale & 15);
            float minimum = dmin * (scale >> 4);
            long quants = quants(block, run);
            long out = to + run * 64;
            for (int i = 0; i < 16; i++) {
                int q = NativeMemory.getUnsignedByte(quants + i) >> shift(run) & 3;
                NativeMemory.putFloat(out + i * 4, factor * q - minimum);
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

    @Override
    public Quantizer quantizer() {
        return new Rounding();
    }

    /** 16 groups of 16 with four bits of scale and minimum each; see the format for the layout. */
    static final class Rounding extends SearchedBlocks<ScalesAndMinimums> {
        Rounding() {
            super(TensorType.Q2_K, new ScalesAndMinimums(16, 3, 15, new LineSearch(3, 9)));
        }

        @Override
        void pack(int index, long block) {
            for (int run = 0; run < 16; run++) {
                NativeMemory.putByte(block + run, (byte) (fit.scales[run] | fit.minimums[run] << 4));
            }
            int[] q = fit.quants;
            for (int half = 0; half < 2; half++) {
                for (int i = 0; i < 32; i++) {
                    int bits = 0;
                    for (int part = 0; part < 4; part++) {
                        bits |= q[half * 128 + part * 32 + i] << 2 * part;
                    }
                    NativeMemory.putByte(block + 16 + half * 32 + i, (byte) bits);
                }
            }
            Float16.put(block + 80, fit.d[index]);
            Float16.put(block + 82, fit.dmin[index]);
        }
    }
}
