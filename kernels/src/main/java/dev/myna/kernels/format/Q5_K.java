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
 * 256 weights in 176 bytes: f16 d, f16 dmin, 12 bytes of scales and minimums as in {@link Q4_K}, 32 bytes of fifth bits, 128
 * bytes of nibbles as in {@link Q4_K}. Weight = d scale q - dmin minimum. Bit r of fifth-bit byte i belongs to weight i of the
 * r-th run of 32 weights.
 */
public final class Q5_K extends QuantFormat {
    private static final int BYTES = TensorType.Q5_K.blockBytes();

    Q5_K() {
        super(new Layout(TensorType.Q5_K, 32, 0, 2, 5, 0));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        float dmin = NativeMemory.getHalf(block + 2);
        for (int run = 0; run < 8; run++) {
            float factor = d * Q4_K.scale(block + 4, run);
            float minimum = dmin * Q4_K.minimum(block + 4, run);
            long quants = block + 48 + (run >> 1) * 32;
            int shift = (run & 1) * 4;
            long out = to + run * 128;
            for (int i = 0; i < 32; i++) {
                int fifth = NativeMemory.getUnsignedByte(block + 16 + i) >> run & 1;
                int q = NativeMemory.getUnsignedByte(quants + i) >> shift & 15 | fifth << 4;
                NativeMemory.putFloat(out + i * 4, factor * q - minimum);
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

    @Override
    public Quantizer quantizer() {
        return new Rounding();
    }

    /** Eight groups of 32 with six bits of scale and minimum each; see the format for the layout. */
    static final class Rounding extends SearchedBlocks<ScalesAndMinimums> {
        Rounding() {
            super(TensorType.Q5_K, new ScalesAndMinimums(32, 31, 63, new LineSearch(31, 9)));
        }

        @Override
        void pack(int index, long block) {
            Float16.put(block, fit.d[index]);
            Float16.put(block + 2, fit.dmin[index]);
            Q4_K.Rounding.packScales(fit.scales, fit.minimums, index * 8, block + 4);
            int from = index * 256;
            for (int pair = 0; pair < 4; pair++) {
                for (int i = 0; i < 32; i++) {
                    int q = fit.quants[from + pair * 64 + i] & 15 | (fit.quants[from + pair * 64 + 32 + i] & 15) << 4;
                    NativeMemory.putByte(block + 48 + pair * 32 + i, (byte) q);
                }
            }
            for (int i = 0; i < 32; i++) {
                int fifth = 0;
                for (int run = 0; run < 8; run++) {
                    fifth |= fit.quants[from + run * 32 + i] >> 4 << run;
                }
                NativeMemory.putByte(block + 16 + i, (byte) fifth);
            }
        }
    }
}
