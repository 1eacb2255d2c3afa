// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Activation;
import dev.myna.kernels.RopePairing;

/**
 * Arithmetic on ranges of native memory that were checked by the caller. Everything is f32 and contiguous unless said
 * otherwise; {@code long} arguments are addresses, counts are elements. A result must not depend on how a range was cut
 * into bands: cuts of element-wise ranges fall on multiples of 256 elements, other operations compute each unit alone.
 */
interface RangeOperations {

    /** One row. */
    void rmsNorm(long in, long gain, float eps, long out, int width);

    /** One row. */
    void layerNorm(long in, long gain, long bias, float eps, long out, int width);

    /** One row, in place. */
    void softmax(long x, int width);

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

    /** Turns one head in place by the factors of its position ({@link RopeTables}). */
    void rotate(long x, long factors, int headDim, RopePairing pairing);

    /** Units {@code from} to {@code to} of the job. */
    void attendFull(FullAttentionJob job, int from, int to, Scratch scratch);

    /** One unit of the job. */
    void attendCausal(CausalAttentionJob job, int unit, Scratch scratch);

    /** Combines the partial results of a head whose row was cut. */
    void combine(CausalAttentionJob job, int combination, Scratch scratch);

    /** One output pixel of a depth-wise 3x3 convolution with zero padding 1. */
    void convolve(GridJob job, int unit);

    /** One output pixel: the mean of 2x2. */
    void averagePool(GridJob job, int unit);

    /** {@code out[c] = mean over n rows of in[., c]} for columns {@code from} to {@code to}. */
    void meanRows(long in, int n, int width, long out, int from, int to);
}
