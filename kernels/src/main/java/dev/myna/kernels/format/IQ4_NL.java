// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.Levels;
import dev.myna.kernels.format.search.ScaledGroups;
import dev.myna.kernels.machine.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;

/**
 * 32 weights in 18 bytes: f16 scale d, 16 bytes of nibbles as in {@link Q4_0}; a nibble selects one of 16 unevenly spaced
 * levels; weight = d level[q].
 */
public final class IQ4_NL extends QuantFormat {
    /** The levels of this format and of {@link IQ4_XS}, in the order of their nibbles. */
    static final int[] LEVELS = Levels.UNEVEN;

    private static final int BYTES = TensorType.IQ4_NL.blockBytes();

    IQ4_NL() {
        super(new Layout(TensorType.IQ4_NL, 32, 0, Layout.NONE, 4, 128, LEVELS));
    }

    @Override
    void expand(long block, long to) {
        expand(block + 2, to, NativeMemory.getHalf(block));
    }

    /** 16 bytes of nibbles to 32 weights. */
    static void expand(long quants, long to, float factor) {
        for (int i = 0; i < 16; i++) {
            int q = NativeMemory.getUnsignedByte(quants + i);
            NativeMemory.putFloat(to + i * 4, factor * LEVELS[q & 15]);
            NativeMemory.putFloat(to + 64 + i * 4, factor * LEVELS[q >> 4]);
        }
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        private static final ByteVector LEVELS = levels();

        private static ByteVector levels() {
            byte[] levels = new byte[16];
            for (int i = 0; i < 16; i++) {
                levels[i] = (byte) IQ4_NL.LEVELS[i];
            }
            return ByteVector.fromArray(ByteVector.SPECIES_128, levels, 0);
        }

        /** 16 bytes of nibbles to 32 levels. */
        static void expand(long quants, long to) {
            LongVector v = QuantBytes.load(quants);
            store(v.and(QuantBytes.LOW_NIBBLES), to);
            store(QuantBytes.highNibbles(v), to + 16);
        }

        private static void store(LongVector indexes, long to) {
            indexes.reinterpretAsBytes()
                    .selectFrom(LEVELS)
                    .intoMemorySegment(NativeMemory.ALL, to, ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            for (int b = 0; b < blocks; b++) {
                expand(block + 2, q);
                QuantBytes.factor32(NativeMemory.getHalf(block), f);
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
            }
        }
    }

    @Override
    public Quantizer quantizer() {
        return new Rounding();
    }

    /** Groups of 32 with a float16 scale each and uneven levels. */
    static final class Rounding extends SearchedBlocks<ScaledGroups> {
        Rounding() {
            super(TensorType.IQ4_NL, new ScaledGroups(Levels.uneven()));
        }

        @Override
        void pack(int index, long block) {
            Float16.put(block, fit.scale[index]);
            pack(fit.quants, index * 32, block + 2);
        }

        /** 32 levels as 16 bytes of nibbles. */
        static void pack(int[] levels, int from, long to) {
            for (int i = 0; i < 16; i++) {
                int low = Levels.indexOf(levels[from + i]);
                int high = Levels.indexOf(levels[from + 16 + i]);
                NativeMemory.putByte(to + i, (byte) (low | high << 4));
            }
        }
    }
}
