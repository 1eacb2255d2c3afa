// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench;

import dev.myna.bench.Vocabulary.Kind;

/**
 * Hyper-parameters of a decoder (spec models.md section 5); the head dimension is {@code width / heads}.
 *
 * @param architecture {@code llama} or {@code qwen2}; the latter has biases on query, key and value
 * @param feedForward inner width of the feed-forward block
 * @param pieces vocabulary entries before the padding rows
 * @param vocabularyRows rows of the embedding table and the output head
 */
record TextShape(
        String architecture,
        int layers,
        int width,
        int heads,
        int kvHeads,
        int feedForward,
        float normEpsilon,
        float ropeBase,
        int pieces,
        int vocabularyRows,
        int context) {

    static final TextShape MOBILE_LLAMA_1_4B =
            new TextShape("llama", 24, 2048, 16, 16, 5632, 1e-6f, 1e4f, 32000, 32000, 2048);
    static final TextShape VICUNA_7B = new TextShape("llama", 32, 4096, 32, 32, 11008, 1e-5f, 1e4f, 32000, 32000, 4096);
    static final TextShape QWEN2_7B =
            new TextShape("qwen2", 28, 3584, 28, 4, 18944, 1e-6f, 1e6f, 151646, 152064, 32768);

    /** The same model with fewer or more layers. */
    TextShape withLayers(int count) {
        return new TextShape(
                architecture,
                count,
                width,
                heads,
                kvHeads,
                feedForward,
                normEpsilon,
                ropeBase,
                pieces,
                vocabularyRows,
                context);
    }

    boolean hasAttentionBias() {
        return architecture.equals("qwen2");
    }

    Kind vocabulary() {
        return architecture.equals("qwen2") ? Kind.BYTE_LEVEL_BPE : Kind.SENTENCE_PIECE;
    }

    /** Elements per position of keys, and again of values. */
    int kvWidth() {
        return width / heads * kvHeads;
    }
}
