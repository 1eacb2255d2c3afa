// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.VectorOperators;

/** bfloat16: the upper half of a binary32. */
public record BF16() implements BlockFormat {

    @Override
    public Layout layout() {
        return Layout.ofFloats(TensorType.BF16);
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        widen(from, to, blocks);
    }

    private static void widen(long from, long to, long count) {
        for (long i = 0; i < count; i++) {
            NativeMemory.putFloat(to + i * 4, Float.intBitsToFloat(NativeMemory.getShort(from + i * 2) << 16));
        }
    }

    @Override
    public Dequantizer simd() {
        return new Simd();
    }

    /** The vector form. */
    public static final class Simd implements Dequantizer {

        @Override
        public void dequantize(long from, long to, long blocks, long work) {
            long i = 0;
            for (; i <= blocks - Lanes.W; i += Lanes.W) {
                Lanes.store(
                        Lanes.unsignedShorts(from + i * 2)
                                .lanewise(VectorOperators.LSHL, 16)
                                .reinterpretAsFloats(),
                        to + i * 4);
            }
            widen(from + i * 2, to + i * 4, blocks - i);
        }
    }

    @Override
    public Quantizer quantizer() {
        return new Rounding();
    }

    /** To nearest, ties to even: half of the last kept bit is added, less one where that bit is 0. */
    static final class Rounding implements Quantizer {
        @Override
        public void quantize(float[] row, float[] weights, long to) {
            for (int i = 0; i < row.length; i++) {
                int bits = Float.floatToRawIntBits(row[i]);
                int rounded = bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
                if ((rounded & 0x7f80) == 0x7f80) {
                    throw new ArithmeticException(row[i] + " exceeds the largest bfloat16");
                }
                NativeMemory.putShort(to + i * 2L, (short) rounded);
            }
        }
    }
}
