// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.VectorSupport;

/**
 * Rounds f32 to blocks of one number format. The simple formats
 * (F16, BF16, Q8_0, and without weights Q4_0, Q4_1, Q5_0, Q5_1) give the bytes that llama.cpp's reference gives; the others
 * search for the scales of least weighted squared error. Holds scratch memory: one per thread.
 */
public interface Quantizer {

    /**
     * Rounds one row.
     *
     * @param row a whole number of blocks of finite numbers
     * @param weights how much a squared error counts, positive, one per element; null for all the same. F16, BF16
     *     and Q8_0 have nothing to search and do not look at it.
     * @param to address of the first block; not checked
     * @throws ArithmeticException if a scale or value does not fit the format
     */
    void quantize(float[] row, float[] weights, long to);

    /** Whether vectors are wide enough for quantizers: narrower ones have no vector of as many bytes as they have floats. */
    static boolean wideVectors() {
        return VectorSupport.usable() && Lanes.W >= 8;
    }
}
