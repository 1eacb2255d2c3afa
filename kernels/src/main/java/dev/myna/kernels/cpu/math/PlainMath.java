// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.math;

/** The functions of {@link VectorMath} for one number: the same operations in the same order, so the same bits. */
public final class PlainMath {
    private PlainMath() {}

    public static float exp(float x) {
        float shifted = Math.fma(x, VectorMath.LOG2_E, VectorMath.ROUNDER);
        float n = shifted - VectorMath.ROUNDER;
        float r = Math.fma(n, -VectorMath.LN2_LOW, Math.fma(n, -VectorMath.LN2_HIGH, x));
        float p = Math.fma(VectorMath.C6, r, VectorMath.C5);
        p = Math.fma(p, r, VectorMath.C4);
        p = Math.fma(p, r, VectorMath.C3);
        p = Math.fma(p, r, 0.5f);
        p = Math.fma(p, r, 1);
        p = Math.fma(p, r, 1);
        float power = Float.intBitsToFloat(Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << 23));
        return x < VectorMath.SMALLEST ? 0 : power;
    }

    public static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (e + 1);
    }
}
