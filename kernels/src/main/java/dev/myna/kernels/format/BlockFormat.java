// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;

/**
 * One number format of ggml (docs/spec/models.md 8.1). Expansion here is the scalar reference; {@link #simd} is the same
 * function with vectors, equal to the last bit. No implementation loads a vector type before {@link #simd} is called, so
 * the scalar form runs in a JVM without the module {@code jdk.incubator.vector}.
 */
public sealed interface BlockFormat extends Dequantizer
        permits F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS {

    /** Id and block sizes. */
    TensorType type();

    /** Expands a run of whole blocks as {@link Dequantizer} says, without working memory. */
    void dequantize(long from, long to, long blocks);

    @Override
    default void dequantize(long from, long to, long blocks, long work) {
        dequantize(from, to, blocks);
    }

    /** The vector form; needs the module {@code jdk.incubator.vector}. */
    default Dequantizer simd() {
        return new QuantDequantizer(type(), unpacker());
    }

    /** The form as bytes, which needs the module {@code jdk.incubator.vector}; null if the format is not one of quants. */
    default Unpacker unpacker() {
        return null;
    }

    /** The format of a tensor type. */
    static BlockFormat of(TensorType type) {
        return switch (type) {
            case F32 -> new F32();
            case F16 -> new F16();
            case BF16 -> new BF16();
            case Q8_0 -> new Q8_0();
            case Q4_0 -> new Q4_0();
            case Q4_1 -> new Q4_1();
            case Q5_0 -> new Q5_0();
            case Q5_1 -> new Q5_1();
            case Q2_K -> new Q2_K();
            case Q3_K -> new Q3_K();
            case Q4_K -> new Q4_K();
            case Q5_K -> new Q5_K();
            case Q6_K -> new Q6_K();
            case IQ4_NL -> new IQ4_NL();
            case IQ4_XS -> new IQ4_XS();
        };
    }
}
