// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.quantize;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.VectorSupport;

/**
 * Rounds f32 to blocks of one number format; the layouts are those of {@code dev.myna.kernels.format}. The simple formats
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

    /** A quantizer of this type. */
    static Quantizer of(TensorType type) {
        return switch (type) {
            case F32 -> new F32Quantizer();
            case F16 -> new F16Quantizer();
            case BF16 -> new BF16Quantizer();
            case Q8_0 -> wideVectors() ? new VectorQ8_0Quantizer() : new Q8_0Quantizer();
            case Q4_0 -> wideVectors() ? new VectorQ4_0Quantizer() : new Q4_0Quantizer();
            case Q4_1 -> new Q4_1Quantizer();
            case Q5_0 -> new Q5_0Quantizer();
            case Q5_1 -> new Q5_1Quantizer();
            case Q2_K -> new Q2_KQuantizer();
            case Q3_K -> new Q3_KQuantizer();
            case Q4_K -> new Q4_KQuantizer();
            case Q5_K -> new Q5_KQuantizer();
            case Q6_K -> new Q6_KQuantizer();
            case IQ4_NL -> new IQ4_NLQuantizer();
            case IQ4_XS -> new IQ4_XSQuantizer();
        };
    }

    /** Narrower ones have no vector of as many bytes as they have floats. */
    private static boolean wideVectors() {
        return VectorSupport.usable() && Lanes.W >= 8;
    }
}
