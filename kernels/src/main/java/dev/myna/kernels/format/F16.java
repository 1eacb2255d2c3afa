// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.format.search.Float16;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.NativeMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** IEEE binary16: 1 sign, 5 exponent and 10 fraction bits. Also the number format of key/value caches. */
public record F16() implements BlockFormat {

    @Override
    public Layout layout() {
        return Layout.ofFloats(TensorType.F16);
    }

    @Override
    public void dequantize(long from, long to, long blocks) {
        widen(from, to, blocks);
    }

    private static void widen(long from, long to, long count) {
        for (long i = 0; i < count; i++) {
            NativeMemory.putFloat(to + i * 4, NativeMemory.getHalf(from + i * 2));
        }
    }

    /** Rounds {@code count} f32 to nearest even f16. */
    public static void quantize(long from, long to, long count) {
        for (long i = 0; i < count; i++) {
            NativeMemory.putShort(to + i * 2, Float.floatToFloat16(NativeMemory.getFloat(from + i * 4)));
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
                Lanes.store(expand(Lanes.shorts(from + i * 2)), to + i * 4);
            }
            widen(from + i * 2, to + i * 4, blocks - i);
        }

        /**
         * The bits of a sign-extended half, shifted to f32's place, are the value times 2^-112, subnormals included. The highest
         * exponent, of infinity and NaN, becomes f32's: one added to it reaches the highest bit, which is spread over the word.
         */
        static FloatVector expand(IntVector half) {
            IntVector bits = half.lanewise(VectorOperators.LSHL, 13).and(0x8fffe000);
            IntVector special = bits.and(0x0f800000)
                    .add(0x70800000)
                    .lanewise(VectorOperators.ASHR, 31)
                    .and(0x7f800000);
            return bits.reinterpretAsFloats()
                    .mul(0x1p112f)
                    .reinterpretAsInts()
                    .or(special)
                    .reinterpretAsFloats();
        }

        /** Rounds {@code count} f32 to nearest even f16; NaN becomes a quiet NaN. */
        public static void quantize(long from, long to, long count) {
            long i = 0;
            for (; i <= count - Lanes.W; i += Lanes.W) {
                IntVector bits = Lanes.load(from + i * 4).reinterpretAsInts();
                IntVector magnitude = bits.and(0x7fffffff);
                // Re-bias the exponent and round half to even by adding 0xfff plus the lowest bit kept.
                IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(1);
                IntVector half = magnitude.add(0xfff - (112 << 23)).add(odd).lanewise(VectorOperators.LSHR, 13);
                // Below 2^-14 the addition of 0.5 shifts the fraction into f16's subnormal place, rounding on the way.
                IntVector small = magnitude
                        .reinterpretAsFloats()
                        .add(0.5f)
                        .reinterpretAsInts()
                        .sub(0x3f000000);
                half = half.blend(small, magnitude.compare(VectorOperators.LT, 113 << 23));
                half = half.blend(0x7c00, magnitude.compare(VectorOperators.GE, 143 << 23));
                half = half.blend(0x7e00, magnitude.compare(VectorOperators.GT, 0x7f800000));
                Lanes.storeShorts(
                        half.or(bits.lanewise(VectorOperators.LSHR, 16).and(0x8000)), to + i * 2);
            }
            F16.quantize(from + i * 4, to + i * 2, count - i);
        }
    }

    @Override
    public Quantizer quantizer() {
        return new Rounding();
    }

    /** To nearest, ties to even. */
    static final class Rounding implements Quantizer {
        @Override
        public void quantize(float[] row, float[] weights, long to) {
            for (int i = 0; i < row.length; i++) {
                Float16.put(to + i * 2L, row[i]);
            }
        }
    }
}
