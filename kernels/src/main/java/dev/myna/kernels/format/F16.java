// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** IEEE binary16: 1 sign, 5 exponent and 10 fraction bits. Also the number format of key/value caches. */
public record F16() implements BlockFormat {

    @Override
    public TensorType type() {
        return TensorType.F16;
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
        public void dequantize(long from, long to, long blocks) {
            long i = 0;
            for (; i <= blocks - Lanes.W; i += Lanes.W) {
                Lanes.store(expand(Lanes.unsignedShorts(from + i * 2)), to + i * 4);
            }
            widen(from + i * 2, to + i * 4, blocks - i);
        }

        /**
         * The 15 magnitude bits shifted to f32's place are the value times 2^-112, subnormals included; what ends at 2^16
         * or above was infinite or NaN.
         */
        static FloatVector expand(IntVector half) {
            FloatVector magnitude = half.and(0x7fff)
                    .lanewise(VectorOperators.LSHL, 13)
                    .reinterpretAsFloats()
                    .mul(0x1p112f);
            VectorMask<Integer> special =
                    magnitude.compare(VectorOperators.GE, 0x1p16f).cast(Lanes.I);
            IntVector bits = magnitude.reinterpretAsInts();
            bits = bits.lanewise(VectorOperators.OR, 0x7f800000, special);
            return bits.or(half.and(0x8000).lanewise(VectorOperators.LSHL, 16)).reinterpretAsFloats();
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
}
