// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

/** The two decoder architectures of the published systems, with transformers' defaults. */
public enum DecoderArchitecture {
    LLAMA("llama", 2048),
    QWEN2("qwen2", 32768);

    /** Default number of heads of both architectures in transformers. */
    public static final int DEFAULT_HEADS = 32;

    private final String gguf;
    private final int contextLength;

    DecoderArchitecture(String gguf, int contextLength) {
        this.gguf = gguf;
        this.contextLength = contextLength;
    }

    /** {@code general.architecture}. */
    public String gguf() {
        return gguf;
    }

    public int defaultContextLength() {
        return contextLength;
    }

    /** transformers' default id of {@code bos_token} and {@code eos_token}; -1 for none. */
    public int defaultId(String token) {
        return this == QWEN2
                ? -1
                : switch (token) {
                    case "bos_token" -> 1;
                    case "eos_token" -> 2;
                    default -> -1;
                };
    }

    /** Whether queries, keys and values have biases. */
    public boolean biases() {
        return this == QWEN2;
    }

    /** Whether GGUF files hold queries and keys in the order that rotates adjacent pairs (docs/spec/models.md 8.2). */
    public boolean rotatesAdjacentPairs() {
        return this == LLAMA;
    }
}
