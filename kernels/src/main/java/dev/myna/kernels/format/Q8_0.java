// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** 32 weights in 34 bytes: f16 scale d, 32 signed bytes q; weight = d q. */
public final class Q8_0 extends QuantFormat {
    private static final int BYTES = TensorType.Q8_0.blockBytes();

    Q8_0() {
        super(new Layout(TensorType.Q8_0, 32, 0, Layout.NONE, 8, 128));
    }

    @Override
    void expand(long block, long to) {
        float d = NativeMemory.getHalf(block);
        for (int i = 0; i < 32; i++) {
            NativeMemory.putFloat(to + i * 4, d * NativeMemory.getByte(block + 2 + i));
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
            for (int b = 0; b < blocks; b++) {
                QuantBytes.store(QuantBytes.load(block + 2), q);
                QuantBytes.store(QuantBytes.load(block + 18), q + 16);
                QuantBytes.factor32(NativeMemory.getHalf(block), f);
                block = NativeMemory.known(block + BYTES);
                q = NativeMemory.known(q + 32);
                f = NativeMemory.known(f + 32);
            }
        }
    }

    @Override
    public Quantizer quantizer() {
        return Quantizer.wideVectors() ? new VectorRounding() : new Rounding();
    }

    /** The largest magnitude becomes 127; halves round away from zero. */
    static final class Rounding implements Quantizer {
        @Override
        public void quantize(float[] row, float[] weights, long to) {
            long block = to;
            for (int from = 0; from < row.length; from += 32, block += BYTES) {
                float largest = 0;
                for (int i = 0; i < 32; i++) {
                    largest = Math.max(largest, Math.abs(row[from + i]));
                }
                float d = largest / 127;
                float inverse = d == 0 ? 0 : 1 / d;
                Float16.put(block, d);
                for (int i = 0; i < 32; i++) {
                    // The product is an f32; half is added in f64, where no sum rounds up to the next integer.
                    double scaled = row[from + i] * inverse;
                    NativeMemory.putByte(block + 2 + i, (byte) (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5));
                }
            }
        }
    }

    /** The bytes of {@link Rounding}, several at a time. For vectors of 256 bits and more. */
    static final class VectorRounding implements Quantizer {
        @Override
        public void quantize(float[] row, float[] weights, long to) {
            long block = to;
            for (int from = 0; from < row.length; from += 32, block += BYTES) {
                FloatVector most = FloatVector.fromArray(Lanes.F, row, from).abs();
                for (int i = Lanes.W; i < 32; i += Lanes.W) {
                    most = FloatVector.fromArray(Lanes.F, row, from + i).abs().max(most);
                }
                float d = most.reduceLanes(VectorOperators.MAX) / 127;
                float inverse = d == 0 ? 0 : 1 / d;
                Float16.put(block, d);
                for (int i = 0; i < 32; i += Lanes.W) {
                    FloatVector scaled =
                            FloatVector.fromArray(Lanes.F, row, from + i).mul(inverse);
                    IntVector whole = (IntVector) scaled.convertShape(VectorOperators.F2I, Lanes.I, 0);
                    // The remainder is exact, so a half differs from the number just below it.
                    FloatVector rest = scaled.sub((FloatVector) whole.convertShape(VectorOperators.I2F, Lanes.F, 0));
                    IntVector rounded = whole.add(
                                    1, rest.compare(VectorOperators.GE, 0.5f).cast(Lanes.I))
                            .sub(1, rest.compare(VectorOperators.LE, -0.5f).cast(Lanes.I));
                    ((ByteVector) rounded.convertShape(VectorOperators.I2B, Lanes.B, 0))
                            .intoMemorySegment(NativeMemory.ALL, block + 2 + i, ByteOrder.LITTLE_ENDIAN);
                }
            }
        }
    }
}
