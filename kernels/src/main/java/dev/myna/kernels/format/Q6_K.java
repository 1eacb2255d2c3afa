// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.Levels;
import dev.myna.kernels.format.search.ScaleSearch;
import dev.myna.kernels.format.search.SignedScales;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * 256 weights in 210 bytes: 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed byte scales (one per 16
 * weights), f16 d. Weight = d scale (q - 32). A half of 128 weights takes 64 nibble bytes and 32 pair bytes: its run r of 32
 * weights lies in nibble bytes 32 (r mod 2) onward (low halves for r < 2) and in bits 2r and 2r + 1 of the pair bytes.
 */
public final class Q6_K extends QuantFormat {
    private static final int BYTES = TensorType.Q6_K.blockBytes();

    Q6_K() {
        super(new Layout(TensorType.Q6_K, 16, 208, Layout.NONE, 6, 32));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block + 208);
        for (int run = 0; run < 16; run++) {
            float factor = d * NativeMemory.getByte(block + 192 + run);
            long low = low(block, run);
            long high = high(block, run);
            long out = to + run * 64;
            for (int i = 0; i < 16; i++) {
                int q = NativeMemory.getUnsignedByte(low + i) >> (run & 4) & 15;
                int pair = NativeMemory.getUnsignedByte(high + i) >> (run & 6) & 3;
                NativeMemory.putFloat(out + i * 4, factor * ((q | pair << 4) - 32));
            }
        }
    }

    // run counts 16 weights here: bit 3 is the half, bits 2 and 1 the run of 32, bit 0 the half of that run.
    private static long low(long block, int run) {
        return block + (run >> 3) * 64 + (run & 3) * 16;
    }

    private static long high(long block, int run) {
        return block + 128 + (run >> 3) * 32 + (run & 1) * 16;
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        private static final LongVector SIGNS = QuantBytes.everyByte(0xaa);
        private static final LongVector NIBBLES = QuantBytes.everyByte(0x3c);
        private static final LongVector PAIRS = QuantBytes.everyByte(0xc0);

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            for (int b = 0; b < blocks; b++) {
                for (int part = 0; part < 4; part++) {
                    int half = part >> 1;
                    int i = (part & 1) * 16;
                    LongVector v0 = QuantBytes.load(block + half * 64 + i);
                    LongVector v1 = QuantBytes.load(block + half * 64 + 32 + i);
                    LongVector pairs =
                            QuantBytes.load(block + 128 + half * 32 + i).lanewise(VectorOperators.XOR, SIGNS);
                    long to = q + half * 128 + i;
                    QuantBytes.store(
                            v0.lanewise(VectorOperators.LSHL, 2)
                                    .and(NIBBLES)
                                    .or(pairs.lanewise(VectorOperators.LSHL, 6).and(PAIRS)),
                            to);
                    QuantBytes.store(
                            v1.lanewise(VectorOperators.LSHL, 2)
                                    .and(NIBBLES)
                                    .or(pairs.lanewise(VectorOperators.LSHL, 4).and(PAIRS)),
                            to + 32);
                    QuantBytes.store(
                            v0.lanewise(VectorOperators.LSHR, 2)
                                    .and(NIBBLES)
                                    .or(pairs.lanewise(VectorOperators.LSHL, 2).and(PAIRS)),
                            to + 64);
                    QuantBytes.store(
                            v1.lanewise(VectorOperators.LSHR, 2).and(NIBBLES).or(pairs.and(PAIRS)), to + 96);
                }
                float d = NativeMemory.getHalf(block + 208) * 0x1p-2f;
                QuantBytes.factors16(d, NativeMemory.getLong(block + 192), 0, f);
                QuantBytes.factors16(d, NativeMemory.getLong(block + 200), 0, f + 128);
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 256);
                f = NativeMemory.known(f + 256);
            }
        }
    }

    @Override
    public Quantizer quantizer() {
        return new Rounding();
    }

    /** 16 groups of 16 with a signed byte of scale each; see the format for the layout. */
    static final class Rounding extends SearchedBlocks<SignedScales> {
        private static final Levels LEVELS = Levels.even(-32, 31);

        Rounding() {
            super(TensorType.Q6_K, new SignedScales(16, LEVELS, new ScaleSearch(LEVELS, 0.05f, 5), -128, 127, 3));
        }

        @Override
        void pack(int index, long block) {
            int[] q = fit.quants;
            for (int half = 0; half < 2; half++) {
                int from = half * 128;
                for (int i = 0; i < 64; i++) {
                    int first = q[from + i] + 32;
                    int second = q[from + 64 + i] + 32;
                    NativeMemory.putByte(block + half * 64 + i, (byte) (first & 15 | second << 4));
                }
                for (int i = 0; i < 32; i++) {
                    int bits = 0;
                    for (int part = 0; part < 4; part++) {
                        bits |= q[from + 32 * part + i] + 32 >> 4 << 2 * part;
                    }
                    NativeMemory.putByte(block + 128 + half * 32 + i, (byte) bits);
                }
            }
            for (int run = 0; run < 16; run++) {
                NativeMemory.putByte(block + 192 + run, (byte) fit.scales[run]);
            }
            Float16.put(block + 208, fit.d[index]);
        }
    }
}
