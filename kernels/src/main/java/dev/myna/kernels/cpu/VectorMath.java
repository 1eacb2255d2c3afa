// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.format.Lanes;
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

    /** e^x within 1e-7 of its value; arguments are clamped to where the result is a finite normal number. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(-87.3f).min(88.3f);
        FloatVector shifted = bounded.fma(broadcast(LOG2_E), broadcast(ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), bounded));
        FloatVector p = broadcast(1 / 720f)
                .fma(r, broadcast(1 / 120f))
                .fma(r, broadcast(1 / 24f))
                .fma(r, broadcast(1 / 6f))
                .fma(r, broadcast(0.5f))
                .fma(r, broadcast(1))
                .fma(r, broadcast(1));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    /** 1 / (1 + e^-x). */
    static FloatVector sigmoid(FloatVector x) {
        return broadcast(1).div(exp(x.neg()).add(1));
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }
}
