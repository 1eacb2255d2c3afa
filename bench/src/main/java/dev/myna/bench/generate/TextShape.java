// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.bench.generate.SyntheticVocabulary.Kind;

/**
 * Hyper-parameters of a decoder (docs/spec/models.md section 5, docs/spec/families.md).
 *
 * @param architecture {@code llama}, {@code qwen2}, {@code qwen2vl}, {@code qwen3vl} or {@code gemma3}
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
        int context,
        int headDim) {
    /** Layers of a Qwen3-VL decoder that add rows of an image. */
    static final int DEEPSTACK = 3;

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

    static final TextShape QWEN25_VL_3B = new TextShape(
            "qwen2vl", 36, 2048, 16, 2, 11008, 1e-6f, 1e6f, null, Kind.QWEN_VL_BPE, 151665, 151936, Head.TIED, 128000);
    static final TextShape QWEN25_VL_7B = new TextShape(
            "qwen2vl", 28, 3584, 28, 4, 18944, 1e-6f, 1e6f, null, Kind.QWEN_VL_BPE, 151665, 152064, Head.OWN, 128000);
    static final TextShape QWEN3_VL_4B = new TextShape(
                    "qwen3vl",
                    36,
                    2560,
                    32,
                    8,
                    9728,
                    1e-6f,
                    5e6f,
                    null,
                    Kind.QWEN_VL_BPE,
                    151665,
                    151936,
                    Head.TIED,
                    262144)
            .withHeadDim(128);
    static final TextShape GEMMA3_4B = new TextShape(
                    "gemma3",
                    34,
                    2560,
                    8,
                    4,
                    10240,
                    1e-6f,
                    1e6f,
                    null,
                    Kind.GEMMA3_SPM,
                    262144,
                    262144,
                    Head.TIED,
                    131072)
            .withHeadDim(256);
    static final TextShape SMOLVLM_256M = new TextShape(
            "llama", 30, 576, 9, 3, 1536, 1e-5f, 1e5f, null, Kind.SMOLVLM_BPE, 49280, 49280, Head.OWN, 8192);
    static final TextShape SMOLVLM_500M = new TextShape(
            "llama", 32, 960, 15, 5, 2560, 1e-5f, 1e5f, null, Kind.SMOLVLM_BPE, 49280, 49280, Head.OWN, 8192);
    static final TextShape SMOLVLM_2_2B = new TextShape(
            "llama", 24, 2048, 32, 32, 8192, 1e-5f, 1.3e5f, null, Kind.SMOLVLM_BPE, 49280, 49280, Head.OWN, 8192);
    static final TextShape INTERNVL3_2B = new TextShape(
            "qwen2", 28, 1536, 12, 2, 8960, 1e-6f, 1e6f, null, Kind.INTERNVL_BPE, 151674, 151674, Head.OWN, 32768);

    /** A decoder whose heads share its width. */
    public TextShape(
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
        this(
                architecture,
                layers,
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
                context,
                width / heads);
    }

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
                context,
                headDim);
    }

    /** The same model with heads of another width than their share of the model's. */
    TextShape withHeadDim(int dim) {
        return new TextShape(
                architecture,
                layers,
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
                context,
                dim);
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
        return architecture.equals("qwen2") || architecture.equals("qwen2vl");
    }

    /** Whether queries and keys have norms for each head. */
    boolean hasHeadNorms() {
        return architecture.equals("qwen3vl") || architecture.equals("gemma3");
    }

    /** Whether the results of both blocks of a layer have norms. */
    boolean hasPostNorms() {
        return architecture.equals("gemma3");
    }

    /** Whether the file has an {@code output.weight}. */
    boolean hasOwnOutput() {
        return head == Head.OWN;
    }

    /** Elements per row of all queries. */
    int queryWidth() {
        return headDim * heads;
    }

    /** Elements per position of keys, and again of values. */
    int kvWidth() {
        return headDim * kvHeads;
    }
}
