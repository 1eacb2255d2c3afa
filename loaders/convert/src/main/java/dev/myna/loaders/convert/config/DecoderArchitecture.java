// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

/** The decoder architectures of published models, with transformers' defaults. */
public enum DecoderArchitecture {
    LLAMA("llama", 2048, 10_000, 32, 0),
    QWEN2("qwen2", 32768, 10_000, 32, 0),
    QWEN2VL("qwen2vl", 32768, 1_000_000, 64, 0),
    QWEN3("qwen3", 32768, 10_000, 32, 128),
    QWEN3VL("qwen3vl", 128_000, 5_000_000, 32, 128),
    GEMMA3("gemma3", 131_072, 1_000_000, 8, 256),
    COHERE2("cohere2", 8192, 10_000, 64, 0);

    private final String gguf;
    private final int contextLength;
    private final float ropeBase;
    private final int heads;
    private final int headDim;

    DecoderArchitecture(String gguf, int contextLength, float ropeBase, int heads, int headDim) {
        this.gguf = gguf;
        this.contextLength = contextLength;
        this.ropeBase = ropeBase;
        this.heads = heads;
        this.headDim = headDim;
    }

    /** {@code general.architecture}. */
    public String gguf() {
        return gguf;
    }

    public int defaultContextLength() {
        return contextLength;
    }

    public float defaultRopeBase() {
        return ropeBase;
    }

    public int defaultHeads() {
        return heads;
    }

    /** Elements per head, for architectures where they do not follow from the width; else 0. */
    public int defaultHeadDim() {
        return headDim;
    }

    /** transformers' default id of {@code bos_token} and {@code eos_token}; -1 for none. */
    public int defaultId(String token) {
        return this != LLAMA
                ? -1
                : switch (token) {
                    case "bos_token" -> 1;
                    case "eos_token" -> 2;
                    default -> -1;
                };
    }

    /** Whether the vocabulary is Qwen's: byte-level, with the same pieces in all of its models. */
    public boolean isQwen() {
        return this != LLAMA && this != GEMMA3 && this != COHERE2;
    }

    /** Whether queries, keys and values have biases. */
    public boolean biases() {
        return this == QWEN2 || this == QWEN2VL;
    }

    /** Whether queries and keys are normed by heads. */
    public boolean headNorms() {
        return headDim > 0;
    }

    /** What a configuration calls the epsilon of norms. */
    public String normEpsilon() {
        return this == COHERE2 ? "layer_norm_eps" : "rms_norm_eps";
    }

    /** transformers' default of it. */
    public float defaultNormEpsilon() {
        return this == COHERE2 ? 1e-5f : 1e-6f;
    }

    /** The key of that epsilon in GGUF files, behind the architecture. */
    public String normEpsilonKey() {
        return this == COHERE2 ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";
    }

    /** Whether attention and feed-forward stand side by side behind one norm. */
    public boolean parallel() {
        return this == COHERE2;
    }

    /** Whether positions have three axes, with sections of the pairs. */
    public boolean sections() {
        return this == QWEN2VL || this == QWEN3VL;
    }

    /** Whether GGUF files hold queries and keys in the order that rotates adjacent pairs (docs/spec/models.md 8.2). */
    public boolean rotatesAdjacentPairs() {
        return this == LLAMA;
    }
}
