// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

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
    public Dequantizer simd() {
        return new Simd();
    }

    /** The vector form. */
    public static final class Simd implements Dequantizer {
        // The table of 16 levels takes one, two or four vectors.
        private static final IntVector LEVELS_0 = levels(0);
        private static final IntVector LEVELS_1 = levels(Lanes.W);
        private static final IntVector LEVELS_2 = levels(2 * Lanes.W);
        private static final IntVector LEVELS_3 = levels(3 * Lanes.W);

        private static IntVector levels(int first) {
            return IntVector.fromArray(Lanes.I, LEVELS, first & 15);
        }

        @Override
        public void dequantize(long from, long to, long blocks) {
            for (long b = 0; b < blocks; b++) {
                long block = from + b * BYTES;
                expand(block + 2, to + b * 128, NativeMemory.getHalf(block));
            }
        }

        static void expand(long quants, long to, float factor) {
            for (int i = 0; i < 16; i += Lanes.W) {
                IntVector q = Lanes.unsignedBytes(quants + i);
                Lanes.store(Lanes.floats(level(q.and(15))).mul(factor), to + i * 4);
                Lanes.store(
                        Lanes.floats(level(q.lanewise(VectorOperators.LSHR, 4))).mul(factor), to + 64 + i * 4);
            }
        }

        private static IntVector level(IntVector q) {
            IntVector level = q.and(Lanes.W - 1).selectFrom(LEVELS_0);
            if (Lanes.W <= 8) {
                level = replace(level, q, LEVELS_1, Lanes.W);
            }
            if (Lanes.W == 4) {
                level = replace(replace(level, q, LEVELS_2, 8), q, LEVELS_3, 12);
            }
            return level;
        }

        private static IntVector replace(IntVector level, IntVector q, IntVector levels, int from) {
            return level.blend(q.and(Lanes.W - 1).selectFrom(levels), q.compare(VectorOperators.GE, from));
        }
    }
}
