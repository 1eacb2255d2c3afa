// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

/** The two kinds of decoders of the published systems, and what transformers assumes where a configuration is silent. */
enum DecoderArchitecture {
    LLAMA("llama", 2048),
    QWEN2("qwen2", 32768);

    /** Heads of both kinds in transformers, where a configuration is silent. */
    static final int DEFAULT_HEADS = 32;

    private final String gguf;
    private final int contextLength;

    DecoderArchitecture(String gguf, int contextLength) {
        this.gguf = gguf;
        this.contextLength = contextLength;
    }

    /** {@code general.architecture}. */
    String gguf() {
        return gguf;
    }

    int defaultContextLength() {
        return contextLength;
    }

    /** The id that transformers assumes for {@code bos_token} and {@code eos_token}; -1 for none. */
    int defaultId(String token) {
        return this == QWEN2
                ? -1
                : switch (token) {
                    case "bos_token" -> 1;
                    case "eos_token" -> 2;
                    default -> -1;
                };
    }

    /** Whether queries, keys and values have biases. */
    boolean biases() {
        return this == QWEN2;
    }

    /** Whether GGUF files hold queries and keys in the order that rotates adjacent pairs (docs/spec/models.md 8.2). */
    boolean rotatesAdjacentPairs() {
        return this == LLAMA;
    }
}
