// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;

/**
 * 32 weights in 18 bytes: f16 scale d, 16 bytes of nibbles as in {@link Q4_0}; a nibble selects one of 16 unevenly spaced
 * levels; weight = d level[q].
 */
public record IQ4_NL() implements BlockFormat {
    private static final int BYTES = 18;
    private static final int[] LEVELS = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    @Override
    public TensorType type() {
        return TensorType.IQ4_NL;
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long block = from + b * BYTES;
            expand(block + 2, to + b * 128, NativeMemory.getHalf(block));
        }
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
        public int group() {
            return 32;
        }

        @Override
        public boolean hasMinimums() {
            return false;
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
}
