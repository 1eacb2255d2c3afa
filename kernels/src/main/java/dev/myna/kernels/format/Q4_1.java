// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.OffsetGroups;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.LongVector;

/** 32 weights in 20 bytes: f16 scale d, f16 minimum m, 16 bytes of nibbles as in {@link Q4_0}; weight = d q + m. */
public final class Q4_1 extends QuantFormat {
    private static final int BYTES = TensorType.Q4_1.blockBytes();

    Q4_1() {
        super(new Layout(TensorType.Q4_1, 32, 0, 2, 4, 0));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        float m = NativeMemory.getHalf(block + 2);
        for (int i = 0; i < 16; i++) {
            int q = NativeMemory.getUnsignedByte(block + 4 + i);
            NativeMemory.putFloat(to + i * 4, d * (q & 15) + m);
            NativeMemory.putFloat(to + 64 + i * 4, d * (q >> 4) + m);
        }
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
            long m = NativeMemory.known(minimums);
            for (int b = 0; b < blocks; b++) {
                LongVector v = QuantBytes.load(block + 4);
                QuantBytes.store(v.and(QuantBytes.LOW_NIBBLES), q);
                QuantBytes.store(QuantBytes.highNibbles(v), q + 16);
                QuantBytes.factor32(NativeMemory.getHalf(block), f);
                NativeMemory.putFloat(m, NativeMemory.getHalf(block + 2));
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
                m = NativeMemory.known(m + 4);
            }
        }
    }

    @Override
    public Quantizer quantizer() {
        return new Rounding(TensorType.Q4_1, 15);
    }

    /**
     * Rounds to {@link Q4_1} and {@link Q5_1}. Without weights: the smallest element becomes level 0, the largest the highest level, as in
     * the reference. With weights: searched.
     */
    static final class Rounding extends SearchedBlocks<OffsetGroups> {
        private final int blockBytes;
        private final int highest;
        private final int[] levels = new int[32];

        /** @param highest level: 15, or 31 with fifth bits */
        Rounding(TensorType type, int highest) {
            super(type, new OffsetGroups(highest));
            blockBytes = type.blockBytes();
            this.highest = highest;
        }

        @Override
        public void quantize(float[] row, float[] weights, long to) {
            if (weights != null) {
                super.quantize(row, weights, to);
                return;
            }
            long block = to;
            for (int from = 0; from < row.length; from += 32, block += blockBytes) {
                float smallest = row[from];
                float largest = row[from];
                for (int i = 1; i < 32; i++) {
                    // Not Math.min: of 0 and -0 the first one counts, as in the reference.
                    smallest = row[from + i] < smallest ? row[from + i] : smallest;
                    largest = row[from + i] > largest ? row[from + i] : largest;
                }
                float d = (largest - smallest) / highest;
                float inverse = d == 0 ? 0 : 1 / d;
                for (int i = 0; i < 32; i++) {
                    levels[i] = Math.min(highest, (int) ((row[from + i] - smallest) * inverse + 0.5f));
                }
                put(d, smallest, levels, 0, block);
            }
        }

        @Override
        void pack(int index, long block) {
            put(fit.scale[index], fit.offset[index], fit.quants, index * 32, block);
        }

        private void put(float scale, float offset, int[] levels, int from, long block) {
            Float16.put(block, scale);
            Float16.put(block + 2, offset);
            if (highest > 15) {
                Nibbles.putFive(block + 4, levels, from, 0);
            } else {
                Nibbles.put(block + 4, levels, from, 0);
            }
        }
    }
}
