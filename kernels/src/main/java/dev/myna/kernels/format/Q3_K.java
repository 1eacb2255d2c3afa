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
 * 256 weights in 110 bytes: 32 bytes of third bits, 64 bytes of 2-bit quants laid out as in {@link Q2_K}, 12 bytes of 6-bit
 * scales, f16 d. Weight = d (scale - 32) (q - 4) with q of three bits. Bit r of third-bit byte i belongs to weight i of the
 * r-th run of 32 weights. Scale s has its low nibble in byte s mod 8 (low half for s < 8, else high half) and its two high
 * bits in byte 8 + s mod 4, at bit 2 (s / 4).
 */
public final class Q3_K extends QuantFormat {
    private static final int BYTES = TensorType.Q3_K.blockBytes();

    Q3_K() {
        super(new Layout(TensorType.Q3_K, 16, 108, Layout.NONE, 3, 4));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block + 108);
        for (int run = 0; run < 16; run++) {
            float factor = d * scale(block, run);
            long high = block + (run & 1) * 16;
            long quants = quants(block, run);
            long out = to + run * 64;
            for (int i = 0; i < 16; i++) {
                int q = NativeMemory.getUnsignedByte(quants + i) >> (run & 6) & 3;
                int third = NativeMemory.getUnsignedByte(high + i) >> (run >> 1) & 1;
                NativeMemory.putFloat(out + i * 4, factor * ((q | third << 2) - 4));
            }
        }
    }

    private static long quants(long block, int run) {
        return block + 32 + (run >> 3) * 32 + (run & 1) * 16;
    }

    private static int scale(long block, int run) {
        int low = NativeMemory.getUnsignedByte(block + 96 + (run & 7)) >> ((run >> 3) << 2) & 15;
        int high = NativeMemory.getUnsignedByte(block + 104 + (run & 3)) >> ((run >> 2) << 1) & 3;
        return (low | high << 4) - 32;
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        private static final LongVector PAIRS = QuantBytes.everyByte(0x60);
        private static final LongVector THIRD = QuantBytes.everyByte(0x80);

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            for (int b = 0; b < blocks; b++) {
                for (int part = 0; part < 4; part++) {
                    LongVector v = QuantBytes.load(block + 32 + part * 16);
                    LongVector clear = QuantBytes.load(block + (part & 1) * 16)
                            .not()
                            .lanewise(VectorOperators.LSHR, (part >> 1) * 4);
                    long to = q + (part >> 1) * 128 + (part & 1) * 16;
                    QuantBytes.store(
                            v.lanewise(VectorOperators.LSHL, 5)
                                    .and(PAIRS)
                                    .or(clear.lanewise(VectorOperators.LSHL, 7).and(THIRD)),
                            to);
                    QuantBytes.store(
                            v.lanewise(VectorOperators.LSHL, 3)
                                    .and(PAIRS)
                                    .or(clear.lanewise(VectorOperators.LSHL, 6).and(THIRD)),
                            to + 32);
                    QuantBytes.store(
                            v.lanewise(VectorOperators.LSHL, 1)
                                    .and(PAIRS)
                                    .or(clear.lanewise(VectorOperators.LSHL, 5).and(THIRD)),
                            to + 64);
                    QuantBytes.store(
                            v.lanewise(VectorOperators.LSHR, 1)
                                    .and(PAIRS)
                                    .or(clear.lanewise(VectorOperators.LSHL, 4).and(THIRD)),
                            to + 96);
                }
                float d = NativeMemory.getHalf(block + 108) * 0x1p-5f;
                long low = NativeMemory.getLong(block + 96);
                // The pairs of scales 0 to 3 and 4 to 7 at bits 4 and 5, and those of 8 to 11 and 12 to 15.
                long pairs = NativeMemory.getInt(block + 104);
                long first = pairs << 4 & 0x30303030L | pairs << 34 & 0x3030303000000000L;
                long second = pairs & 0x30303030L | pairs << 30 & 0x3030303000000000L;
                QuantBytes.factors16(d, low & 0x0f0f0f0f0f0f0f0fL | first, 32, f);
                QuantBytes.factors16(d, low >>> 4 & 0x0f0f0f0f0f0f0f0fL | second, 32, f + 128);
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

    /** 16 groups of 16 with six bits of signed scale each; see the format for the layout. */
    static final class Rounding extends SearchedBlocks<SignedScales> {
        private static final Levels LEVELS = Levels.even(-4, 3);

        Rounding() {
            super(TensorType.Q3_K, new SignedScales(16, LEVELS, new ScaleSearch(LEVELS, 0.4f, 8), -32, 31, 3));
        }

        @Override
        void pack(int index, long block) {
            NativeMemory.zero(block, BYTES);
            for (int run = 0; run < 16; run++) {
                int scale = fit.scales[run] + 32;
                or(block + 96 + (run & 7), (scale & 15) << (run >> 3 << 2));
                or(block + 104 + (run & 3), scale >> 4 << (run >> 2 << 1));
            }
            int[] q = fit.quants;
            for (int i = 0; i < 32; i++) {
                int high = 0;
                for (int half = 0; half < 2; half++) {
                    int low = 0;
                    for (int part = 0; part < 4; part++) {
                        int level = q[half * 128 + part * 32 + i] + 4;
                        low |= (level & 3) << 2 * part;
                        high |= level >> 2 << 4 * half + part;
                    }
                    NativeMemory.putByte(block + 32 + half * 32 + i, (byte) low);
                }
                NativeMemory.putByte(block + i, (byte) high);
            }
            Float16.put(block + 108, fit.d[index]);
        }

        private static void or(long address, int bits) {
            NativeMemory.putByte(address, (byte) (NativeMemory.getByte(address) | bits));
        }
    }
}
