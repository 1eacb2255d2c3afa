// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import dev.myna.kernels.Activation;

/**
 * Operations on each element in one implementation. Ranges are f32 and contiguous; {@code long} arguments are addresses that the
 * caller has checked, counts are elements. A result does not depend on how a range is cut: cuts are at multiples of 256 elements.
 */
public interface ElementwiseKernels {

    /** {@code x = f(x)}. */
    void activate(Activation f, long x, long count);

    /** {@code gate = silu(gate) up}. */
    void siluMul(long gate, long up, long count);

    /** {@code x += scale y}. */
    void addScaled(long x, long y, float scale, long count);

    /** {@code x = factor x}. */
    void scale(long x, float factor, long count);

    /** {@code x = x y}. */
    void mul(long x, long y, long count);
}
