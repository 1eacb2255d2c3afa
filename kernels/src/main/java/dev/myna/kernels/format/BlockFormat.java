// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.format;

import dev.myna.kernels.TensorType;

/**
 * One number format of ggml (docs/spec/models.md 8.1). Expansion here is the scalar reference; {@link #simd} is the same
 * function with vectors, equal to the last bit. No implementation loads a vector type before {@link #simd} is called, so
 * the scalar form runs in a JVM without the module {@code jdk.incubator.vector}.
 */
public interface BlockFormat extends Dequantizer {

    /** What a block consists of. */
    Layout layout();

    /** Expands a run of whole blocks as {@link Dequantizer} says, without working memory. */
    void dequantize(long from, long to, long blocks);

    @Override
    default void dequantize(long from, long to, long blocks, long work) {
        dequantize(from, to, blocks);
    }

    /**
     * The vector form, or the scalar one if there is none; needs the module {@code jdk.incubator.vector}. A quantized format has no vector
     * code here: its {@link #unpacker} writes bytes, and {@code QuantDequantizer.expand} makes f32 of them. F32, F16 and BF16 override
     * this method with a vector form of their own.
     */
    default Dequantizer simd() {
        Unpacker unpacker = unpacker();
        return unpacker == null ? this : new QuantDequantizer(layout(), unpacker);
    }

    /** The form as bytes, which needs the module {@code jdk.incubator.vector}; null if there is none. */
    default Unpacker unpacker() {
        return null;
    }

    /** Rounds f32 to this format. */
    Quantizer quantizer();

    /** The format of a tensor type. This is the only list of formats. */
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
