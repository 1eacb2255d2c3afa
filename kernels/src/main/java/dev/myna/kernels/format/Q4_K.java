// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.LineSearch;
import dev.myna.kernels.format.search.ScalesAndMinimums;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;

/**
 * 256 weights in 144 bytes: f16 d, f16 dmin, 12 bytes of eight 6-bit scales and eight 6-bit minimums (one pair per 32
 * weights), 128 bytes of nibbles. Weight = d scale q - dmin minimum. Nibble bytes 32c to 32c + 31 hold weights 64c to
 * 64c + 31 in their low halves and the next 32 in their high halves.
 */
public final class Q4_K extends QuantFormat {
    private static final int BYTES = TensorType.Q4_K.blockBytes();

    Q4_K() {
        super(new Layout(TensorType.Q4_K, 32, 0, 2, 4, 0));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        float dmin = NativeMemory.getHalf(block + 2);
        for (int run = 0; run < 8; run++) {
            float factor = d * scale(block + 4, run);
            float minimum = dmin * minimum(block + 4, run);
            long quants = block + 16 + (run >> 1) * 32;
            int shift = (run & 1) * 4;
            long out = to + run * 128;
            for (int i = 0; i < 32; i++) {
                int q = NativeMemory.getUnsignedByte(quants + i) >> shift & 15;
                NativeMemory.putFloat(out + i * 4, factor * q - minimum);
            }
        }
    }

    /** The first four scales are the low six bits of bytes 0 to 3; the others are split over a nibble and two spare bits. */
    static int scale(long scales, int run) {
        if (run < 4) {
            return NativeMemory.getUnsignedByte(scales + run) & 63;
        }
        return NativeMemory.getUnsignedByte(scales + run + 4) & 15
                | NativeMemory.getUnsignedByte(scales + run - 4) >> 6 << 4;
    }

    /** As {@link #scale}, four bytes later and in the high nibbles. */
    static int minimum(long scales, int run) {
        if (run < 4) {
            return NativeMemory.getUnsignedByte(scales + run + 4) & 63;
        }
        return NativeMemory.getUnsignedByte(scales + run + 4) >> 4
                | NativeMemory.getUnsignedByte(scales + run) >> 6 << 4;
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        /** Factors and minimums of a block that starts as Q4_K's do. */
        static void scales(long block, long factors, long minimums) {
            int first = NativeMemory.getInt(block + 4);
            int second = NativeMemory.getInt(block + 8);
            int third = NativeMemory.getInt(block + 12);
            long scales = first & 0x3f3f3f3fL | (third & 0x0f0f0f0fL | first >>> 2 & 0x30303030L) << 32;
            long mins = second & 0x3f3f3f3fL | (third >>> 4 & 0x0f0f0f0fL | second >>> 2 & 0x30303030L) << 32;
            QuantBytes.factors32(NativeMemory.getHalf(block), scales, 0, factors);
            QuantBytes.minimums(NativeMemory.getHalf(block + 2), mins, minimums);
        }

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            long m = NativeMemory.known(minimums);
            for (int b = 0; b < blocks; b++) {
                long nibbles = block + 16;
                long to = q;
                for (int pair = 0; pair < 4; pair++) {
                    LongVector v0 = QuantBytes.load(nibbles);
                    LongVector v1 = QuantBytes.load(nibbles + 16);
                    QuantBytes.store(v0.and(QuantBytes.LOW_NIBBLES), to);
                    QuantBytes.store(v1.and(QuantBytes.LOW_NIBBLES), to + 16);
                    QuantBytes.store(QuantBytes.highNibbles(v0), to + 32);
                    QuantBytes.store(QuantBytes.highNibbles(v1), to + 48);
                    nibbles = NativeMemory.known(nibbles + 32);
                    to = NativeMemory.known(to + 64);
                }
                scales(block, f, m);
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
            super(TensorType.Q4_K, new ScalesAndMinimums(32, 15, 63, new LineSearch(15, 9)));
        }

        @Override
        void pack(int index, long block) {
            Float16.put(block, fit.d[index]);
            Float16.put(block + 2, fit.dmin[index]);
            packScales(fit.scales, fit.minimums, index * 8, block + 4);
            int from = index * 256;
            for (int pair = 0; pair < 4; pair++) {
                for (int i = 0; i < 32; i++) {
                    int q = fit.quants[from + pair * 64 + i] | fit.quants[from + pair * 64 + 32 + i] << 4;
                    NativeMemory.putByte(block + 16 + pair * 32 + i, (byte) q);
                }
            }
        }

        /** Eight scales and minimums of six bits in 12 bytes, as Q4_K and Q5_K store them. */
        static void packScales(int[] scales, int[] minimums, int from, long to) {
            for (int run = 0; run < 4; run++) {
                NativeMemory.putByte(to + run, (byte) (scales[from + run] | scales[from + run + 4] >> 4 << 6));
                NativeMemory.putByte(to + run + 4, (byte) (minimums[from + run] | minimums[from + run + 4] >> 4 << 6));
                NativeMemory.putByte(
                        to + run + 8, (byte) (scales[from + run + 4] & 15 | (minimums[from + run + 4] & 15) << 4));
            }
        }
    }
}
