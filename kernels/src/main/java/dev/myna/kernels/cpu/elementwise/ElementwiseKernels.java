// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.Activation;
import dev.myna.kernels.cpu.math.ScalarMath;

/**
 * Operations on each element. Ranges are f32 and contiguous; {@code long} arguments are addresses that the caller has checked, counts
 * are elements. A result does not depend on how a range is cut: cuts are at multiples of 256 elements. The default of each operation
 * is its specification: plain loops, functions in double precision, rounded once. An implementation overrides what it does faster.
 */
public interface ElementwiseKernels {

    /** {@code x = f(x)}. */
    default void activate(Activation f, long x, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, (float) ScalarMath.activate(f, getFloat(x + i * 4)));
        }
    }

    /** {@code gate = silu(gate) up}. */
    default void siluMul(long gate, long up, long count) {
        for (long i = 0; i < count; i++) {
            double activated = ScalarMath.activate(Activation.SILU, getFloat(gate + i * 4));
            putFloat(gate + i * 4, (float) (activated * getFloat(up + i * 4)));
        }
    }

    /** {@code x += scale y}. */
    default void addScaled(long x, long y, float scale, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, (float) (getFloat(x + i * 4) + (double) scale * getFloat(y + i * 4)));
        }
    }

    /** {@code x = factor x}. */
    default void scale(long x, float factor, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, getFloat(x + i * 4) * factor);
        }
    }

    /** {@code x = x y}. */
    default void mul(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, getFloat(x + i * 4) * getFloat(y + i * 4));
        }
    }
}
