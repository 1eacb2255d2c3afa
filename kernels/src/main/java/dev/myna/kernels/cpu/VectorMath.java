// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.NativeMemory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of vectors, written out so that interpreter, compilers and every width give the same bits (the Vector API's own
 * EXP does not promise that). Small enough to be inlined into loops.
 */
final class VectorMath {
    private static final float LOG2_E = 1.442695f;
    /** ln 2 in two parts, the first with trailing zeros so that its multiples are exact. */
    private static final float LN2_HIGH = 0.693145751953125f;

    private static final float LN2_LOW = 1.4286068e-6f;
    /** Adding 1.5 x 2^23 rounds to an integer and leaves it in the low bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private VectorMath() {}

    /**
     * e^x for x of at most zero, within 1e-7 of its value; 0 below -87.3, where results stop being normal numbers; NaN
     * stays NaN. The polynomial's last four coefficients minimize the largest relative error on [-ln 2 / 2, ln 2 / 2].
     */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(broadcast(LOG2_E), broadcast(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), x));
        FloatVector p = broadcast(0.00134265125f)
                .fma(r, broadcast(0.00835724987f))
                .fma(r, broadcast(0.0416725898f))
                .fma(r, broadcast(0.166666662f))
                .fma(r, broadcast(0.5f))
                .fma(r, broadcast(1))
                .fma(r, broadcast(1));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector power = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return power.blend(0, x.compare(VectorOperators.LT, -87.3f));
    }

    /** {@code to = e^(from + term)} for sums of at most zero. */
    static void exponentials(long from, float term, long to, int count) {
        int i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(exp(Lanes.load(from + i * 4L).add(term)), to + i * 4L);
        }
        for (; i < count; i++) {
            NativeMemory.putFloat(
                    to + i * 4L,
                    exp(broadcast(NativeMemory.getFloat(from + i * 4L) + term)).lane(0));
        }
    }

    /** 1 / (1 + e^-x), by way of e^-|x|, which cannot overflow. */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        return broadcast(1).blend(e, x.compare(VectorOperators.LT, 0)).div(e.add(1));
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }
}
