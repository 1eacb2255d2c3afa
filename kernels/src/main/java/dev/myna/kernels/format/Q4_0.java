// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.format.search.Levels;
import dev.myna.kernels.format.search.Magnitudes;
import dev.myna.kernels.format.search.ScaledGroups;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * 32 weights in 18 bytes: f16 scale d, 16 bytes of nibbles; byte i holds weight i in its low nibble and weight i + 16 in
 * its high nibble; weight = d (q - 8).
 */
public final class Q4_0 extends QuantFormat {
    private static final int BYTES = TensorType.Q4_0.blockBytes();

    Q4_0() {
        super(new Layout(TensorType.Q4_0, 32, 0, Layout.NONE, 4, 8));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        for (int i = 0; i < 16; i++) {
            int q = NativeMemory.getUnsignedByte(block + 2 + i);
            NativeMemory.putFloat(to + i * 4, d * ((q & 15) - 8));
            NativeMemory.putFloat(to + 64 + i * 4, d * ((q >> 4) - 8));
        }
    }

    @Override
    public Unpacker unpacker() {
        return new Bytes();
    }

    /** The form as bytes. */
    static final class Bytes implements Unpacker {
        private static final LongVector SIGNS = QuantBytes.everyByte(0x88);
        private static final LongVector HIGH_NIBBLES = QuantBytes.everyByte(0xf0);

        @Override
        public void unpack(long from, int blocks, long quants, long factors, long minimums) {
            long block = NativeMemory.known(from);
            long q = NativeMemory.known(quants);
            long f = NativeMemory.known(factors);
            for (int b = 0; b < blocks; b++) {
                LongVector v = QuantBytes.load(block + 2).lanewise(VectorOperators.XOR, SIGNS);
                QuantBytes.store(v.lanewise(VectorOperators.LSHL, 4).and(HIGH_NIBBLES), q);
                QuantBytes.store(v.and(HIGH_NIBBLES), q + 16);
                QuantBytes.factor32(NativeMemory.getHalf(block) * 0x1p-4f, f);
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
            }
        }
    }

    @Override
    public Quantizer quantizer() {
        return Quantizer.wideVectors() ? new VectorRounding() : new Rounding(TensorType.Q4_0, 8);
    }

    /**
     * Rounds to {@link Q4_0} and {@link Q5_0}. Without weights: the element of largest magnitude, with its sign, becomes the lowest level, as
     * in the reference. With weights: searched.
     */
    static final class Rounding extends SearchedBlocks<ScaledGroups> {
        private final int blockBytes;
        private final int zero;
        private final int[] levels = new int[32];

        /** @param zero the level of 0: 8, or 16 with fifth bits */
        Rounding(TensorType type, int zero) {
            super(type, new ScaledGroups(Levels.even(-zero, zero - 1)));
            blockBytes = type.blockBytes();
            this.zero = zero;
        }

        @Override
        public void quantize(float[] row, float[] weights, long to) {
            if (weights != null) {
                super.quantize(row, weights, to);
                return;
            }
            long block = to;
            for (int from = 0; from < row.length; from += 32, block += blockBytes) {
                float d = Magnitudes.extreme(row, from, 32) / -zero;
                float inverse = d == 0 ? 0 : 1 / d;
                for (int i = 0; i < 32; i++) {
                    levels[i] = Math.min(2 * zero - 1, (int) (row[from + i] * inverse + (zero + 0.5f)));
                }
                put(d, levels, 0, 0, block);
            }
        }

        @Override
        void pack(int index, long block) {
            put(fit.scale[index], fit.quants, index * 32, zero, block);
        }

        private void put(float scale, int[] levels, int from, int shift, long block) {
            Float16.put(block, scale);
            if (zero > 8) {
                Nibbles.putFive(block + 2, levels, from, shift);
            } else {
                Nibbles.put(block + 2, levels, from, shift);
            }
        }
    }

    /** The bytes of {@link Rounding} without weights, several at a time. For vectors of 256 bits and more. */
    static final class VectorRounding implements Quantizer {
        private final Quantizer weighted = new Rounding(TensorType.Q4_0, 8);

        @Override
        public void quantize(float[] row, float[] weights, long to) {
            if (weights != null) {
                weighted.quantize(row, weights, to);
                return;
            }
            long block = to;
            for (int from = 0; from < row.length; from += 32, block += BYTES) {
                float d = extreme(row, from) / -8;
                float inverse = d == 0 ? 0 : 1 / d;
                Float16.put(block, d);
                for (int i = 0; i < 16; i += Lanes.W) {
                    IntVector both = levels(row, from + i, inverse)
                            .or(levels(row, from + 16 + i, inverse).lanewise(VectorOperators.LSHL, 4));
                    ((ByteVector) both.convertShape(VectorOperators.I2B, Lanes.B, 0))
                            .intoMemorySegment(NativeMemory.ALL, block + 2 + i, ByteOrder.LITTLE_ENDIAN);
                }
            }
        }

        private static IntVector levels(float[] row, int from, float inverse) {
            FloatVector level =
                    FloatVector.fromArray(Lanes.F, row, from).mul(inverse).add(8.5f);
            IntVector whole = (IntVector) level.convertShape(VectorOperators.F2I, Lanes.I, 0);
            return whole.min(15);
        }

        /** As {@link Magnitudes#extreme}. */
        private static float extreme(float[] row, int from) {
            FloatVector most = FloatVector.fromArray(Lanes.F, row, from).abs();
            for (int i = Lanes.W; i < 32; i += Lanes.W) {
                most = FloatVector.fromArray(Lanes.F, row, from + i).abs().max(most);
            }
            float largest = most.reduceLanes(VectorOperators.MAX);
            if (largest == 0) {
                return 0;
            }
            for (int i = 0; i < 32; i += Lanes.W) {
                VectorMask<Float> found =
                        FloatVector.fromArray(Lanes.F, row, from + i).abs().compare(VectorOperators.EQ, largest);
                if (found.anyTrue()) {
                    return row[from + i + found.firstTrue()];
                }
            }
            throw new IllegalArgumentException("the row has a NaN");
        }
    }
}
