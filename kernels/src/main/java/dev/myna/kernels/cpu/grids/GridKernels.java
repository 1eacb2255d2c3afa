// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.grids;

/**
 * Operations on images stored as rows of channels, in one implementation. Addresses are checked by the caller; numbers are f32.
 */
public interface GridKernels {

    /** One output pixel of a depth-wise 3x3 convolution with zero padding 1. */
    void convolve(GridJob job, int unit);

    /** One output pixel: the mean of 2x2. */
    void averagePool(GridJob job, int unit);

    /** {@code out[c] = mean over n rows of in[., c]} for columns {@code from} to {@code to}. */
    void meanRows(long in, int n, int width, long out, int from, int to);
}
