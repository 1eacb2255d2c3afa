// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.bench.generate.SyntheticVocabulary.Kind;

/**
 * Hyper-parameters of a decoder (docs/spec/models.md section 5); the head dimension is {@code width / heads}.
 *
 * @param architecture {@code llama} or {@code qwen2}; the latter has biases on query, key and value
 * @param feedForward inner width of the feed-forward block
 * @param ropeScaling null for none
 * @param vocabulary layout of the vocabulary
 * @param pieces vocabulary entries before the padding rows
 * @param vocabularyRows rows of the embedding table and the output head
 */
public record TextShape(
        String architecture,
        int layers,
        int width,
        int heads,
        int kvHeads,
        int feedForward,
        float normEpsilon,
        float ropeBase,
        RopeScaling ropeScaling,
        Kind vocabulary,
        int pieces,
        int vocabularyRows,
        Head head,
        int context) {

    static final TextShape MOBILE_LLAMA_1_4B = new TextShape(
            "llama", 24, 2048, 16, 16, 5632, 1e-6f, 1e4f, null, Kind.SENTENCE_PIECE, 32000, 32000, Head.OWN, 2048);
    static final TextShape VICUNA_7B = new TextShape(
            "llama", 32, 4096, 32, 32, 11008, 1e-5f, 1e4f, null, Kind.SENTENCE_PIECE, 32000, 32000, Head.OWN, 4096);
    static final TextShape VICUNA_13B = VICUNA_7B.scaled(40, 5120, 40, 13824);
    static final TextShape QWEN1_5_7B = new TextShape(
            "qwen2", 32, 4096, 32, 32, 11008, 1e-6f, 1e6f, null, Kind.QWEN2_BPE, 151646, 151936, Head.OWN, 32768);
    static final TextShape QWEN1_5_14B = new TextShape(
            "qwen2", 40, 5120, 40, 40, 13696, 1e-6f, 1e6f, null, Kind.QWEN2_BPE, 151646, 152064, Head.OWN, 32768);
    static final TextShape QWEN2_7B = new TextShape(
            "qwen2", 28, 3584, 28, 4, 18944, 1e-6f, 1e6f, null, Kind.QWEN2_BPE, 151646, 152064, Head.OWN, 32768);
    static final TextShape LLAMA_3_2_1B = new TextShape(
            "llama",
            16,
            2048,
            32,
            8,
            8192,
            1e-5f,
            5e5f,
            RopeScaling.LLAMA_3_2,
            Kind.LLAMA3_BPE,
            128256,
            128256,
            Head.TIED,
            131072);

    /** Where the output head's matrix comes from. */
    public enum Head {
        OWN,
        /** It is the embedding table. */
        TIED
    }

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
                ropeScaling,
                vocabulary,
                pieces,
                vocabularyRows,
                head,
                context);
    }

    /** The same kind of model in another size. */
    TextShape scaled(int newLayers, int newWidth, int newHeads, int newFeedForward) {
        return new TextShape(
                architecture,
                newLayers,
                newWidth,
                newHeads,
                newHeads,
                newFeedForward,
                normEpsilon,
                ropeBase,
                ropeScaling,
                vocabulary,
                pieces,
                vocabularyRows,
                head,
                context);
    }

    boolean hasAttentionBias() {
        return architecture.equals("qwen2");
    }

    /** Whether the file has an {@code output.weight}. */
    boolean hasOwnOutput() {
        return head == Head.OWN;
    }

    int headDim() {
        return width / heads;
    }

    /** Elements per position of keys, and again of values. */
    int kvWidth() {
        return headDim() * kvHeads;
    }
}
