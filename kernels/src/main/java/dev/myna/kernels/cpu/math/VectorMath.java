// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.math;

import static dev.myna.kernels.machine.NativeMemory.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of vectors, written out so that interpreter, compilers and every width give the same bits (the Vector API's own
 * EXP does not promise that). Small enough to be inlined into loops.
 */
public final class VectorMath {
    static final float LOG2_E = 1.442695f;
    /** ln 2 in two parts, the first with trailing zeros so that its multiples are exact. */
    static final float LN2_HIGH = 0.693145751953125f;

    static final float LN2_LOW = 1.4286068e-6f;
    /** Adding 1.5 x 2^23 rounds to an integer and leaves it in the low bits. */
    static final float ROUNDER = 0x1.8p23f;

    /** Below, results are no normal numbers. */
    static final float SMALLEST = -87.3f;
    // 1 + r + r^2 / 2 + C3 r^3 + ... has the least relative error of its kind on [-ln 2 / 2, ln 2 / 2]: 6e-9 before
    // rounding.
    static final float C3 = 0.166666662f;
    static final float C4 = 0.0416725898f;
    static final float C5 = 0.00835724987f;
    static final float C6 = 0.00134265125f;

    private VectorMath() {}

    /**
     * e^x for x of at most zero, within 1e-7 of its value; 0 below -87.3, where results stop being normal numbers; NaN
     * stays NaN.
     */
    public static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(broadcast(LOG2_E), broadcast(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), x));
        FloatVector p = broadcast(C6)
                .fma(r, broadcast(C5))
                .fma(r, broadcast(C4))
                .fma(r, broadcast(C3))
                .fma(r, broadcast(0.5f))
                .fma(r, broadcast(1))
                .fma(r, broadcast(1));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector power = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return power.blend(0, x.compare(VectorOperators.LT, SMALLEST));
    }

    /**
     * {@code x = e^(x - max)} for whole vectors that hold {@code count} elements, none above {@code max}; the lanes at
     * {@code sums} become {@code factor} times themselves plus the results.
     */
    public static void softmaxWeights(long x, int count, float max, float factor, long sums) {
        FloatVector total = fromMemorySegment(Lanes.F, ALL, sums, LITTLE_ENDIAN).mul(factor);
        for (int i = 0; i < count; i += Lanes.W) {
            // As exp, with calls the compiler is told to inline only: it counts what it inlines otherwise, and a vector
            // that
            // crosses a call lives on the heap.
            FloatVector v =
                    fromMemorySegment(Lanes.F, ALL, x + i * 4L, LITTLE_ENDIAN).sub(max);
            FloatVector shifted =
                    v.fma(FloatVector.broadcast(Lanes.F, LOG2_E), FloatVector.broadcast(Lanes.F, ROUNDER));
            FloatVector n = shifted.sub(ROUNDER);
            FloatVector r = n.fma(FloatVector.broadcast(Lanes.F, -LN2_HIGH), v);
            r = n.fma(FloatVector.broadcast(Lanes.F, -LN2_LOW), r);
            FloatVector p = FloatVector.broadcast(Lanes.F, C6).fma(r, FloatVector.broadcast(Lanes.F, C5));
            p = p.fma(r, FloatVector.broadcast(Lanes.F, C4));
            p = p.fma(r, FloatVector.broadcast(Lanes.F, C3));
            p = p.fma(r, FloatVector.broadcast(Lanes.F, 0.5f));
            p = p.fma(r, FloatVector.broadcast(Lanes.F, 1));
            p = p.fma(r, FloatVector.broadcast(Lanes.F, 1));
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector weight = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            weight = weight.blend(0, v.compare(VectorOperators.LT, SMALLEST));
            weight.intoMemorySegment(ALL, x + i * 4L, LITTLE_ENDIAN);
            total = weight.add(total);
        }
        total.intoMemorySegment(ALL, sums, LITTLE_ENDIAN);
    }

    /** 1 / (1 + e^-x), computed from e^-|x|, which cannot overflow. */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        return broadcast(1).blend(e, x.compare(VectorOperators.LT, 0)).div(e.add(1));
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }
}
