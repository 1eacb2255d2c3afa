// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.norms;

/**
 * Normalizations and softmax of single rows in one implementation. Rows are f32 and contiguous; {@code long} arguments are
 * addresses that the caller has checked, counts are elements.
 */
public interface NormKernels {

    /** One row. */
    void rmsNorm(long in, long gain, float eps, long out, int width);

    /** One row. */
    void layerNorm(long in, long gain, long bias, float eps, long out, int width);

    /** One row, in place. */
    void softmax(long x, int width);
}
