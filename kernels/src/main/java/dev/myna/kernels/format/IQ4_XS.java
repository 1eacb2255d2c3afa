// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.Levels;
import dev.myna.kernels.format.search.ScaleSearch;
import dev.myna.kernels.format.search.SignedScales;
import dev.myna.kernels.machine.NativeMemory;

/**
 * 256 weights in 136 bytes: f16 d, 16 bits of scale high pairs, 4 bytes of scale low nibbles, 128 bytes of nibbles (16 per
 * run of 32 weights, levels as in {@link IQ4_NL}). Weight = d (scale - 32) level[q].
 */
public final class IQ4_XS extends QuantFormat {
    private static final int BYTES = TensorType.IQ4_XS.blockBytes();

    IQ4_XS() {
        super(new Layout(TensorType.IQ4_XS, 32, 0, Layout.NONE, 4, 128, IQ4_NL.LEVELS));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        for (int run = 0; run < 8; run++) {
            IQ4_NL.expand(block + 8 + run * 16, to + run * 128, d * scale(block, run));
        }
    }

    private static int scale(long block, int run) {
        int low = NativeMemory.getUnsignedByte(block + 4 + (run >> 1)) >> (run & 1) * 4 & 15;
        int high = NativeMemory.getShort(block + 2) >> 2 * run & 3;
        return (low | high << 4) - 32;
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
            for (int b = 0; b < blocks; b++) {
                int low = NativeMemory.getInt(block + 4);
                int high = NativeMemory.getShort(block + 2);
                float d = NativeMemory.getHalf(block);
                for (int run = 0; run < 8; run++) {
                    IQ4_NL.Bytes.expand(block + 8 + run * 16, q + run * 32);
                    int scale = low >> 4 * run & 15 | (high >> 2 * run & 3) << 4;
                    QuantBytes.factor32(d * (scale - 32), f + run * 32);
                }
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

    /** Eight groups of 32 with six bits of signed scale each and uneven levels; see the format for the layout. */
    static final class Rounding extends SearchedBlocks<SignedScales> {
        private static final Levels LEVELS = Levels.uneven();

        Rounding() {
            super(TensorType.IQ4_XS, new SignedScales(32, LEVELS, new ScaleSearch(LEVELS, 0.25f, 8), -32, 31, 3));
        }

        @Override
        void pack(int index, long block) {
            NativeMemory.zero(block, BYTES);
            Float16.put(block, fit.d[index]);
            int high = 0;
            for (int run = 0; run < 8; run++) {
                int scale = fit.scales[index * 8 + run] + 32;
                high |= scale >> 4 << 2 * run;
                long low = block + 4 + (run >> 1);
                NativeMemory.putByte(low, (byte) (NativeMemory.getByte(low) | (scale & 15) << (run & 1) * 4));
                IQ4_NL.Rounding.pack(fit.quants, index * 256 + run * 32, block + 8 + run * 16);
            }
            NativeMemory.putShort(block + 2, (short) high);
        }
    }
}
