// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;

/** The part of a model card that describes a decoder (spec models.md 8.2). */
final class DecoderCard {
    /** What llama.cpp's converters write when a key is left out. */
    private static final float DEFAULT_ROPE_BASE = 10000;

    private DecoderCard() {}

    static void describe(GgufFile file, String architecture, CardLines lines) {
        GgufMetadata metadata = file.metadata();
        int layers = positive(metadata, architecture + ".block_count");
        int width = positive(metadata, architecture + ".embedding_length");
        int hidden = positive(metadata, architecture + ".feed_forward_length");
        int heads = positive(metadata, architecture + ".attention.head_count");
        int kvHeads =
                metadata.integer(architecture + ".attention.head_count_kv", 1, Integer.MAX_VALUE, heads);
        int context = positive(metadata, architecture + ".context_length");
        float ropeBase = metadata.number(architecture + ".rope.freq_base", DEFAULT_ROPE_BASE);
        lines.add("kind", "decoder, architecture " + architecture);
        lines.add("shape", layers + " layers, width " + width + ", feed-forward " + hidden + ", " + heads + " heads"
                + (kvHeads == heads ? "" : " (" + kvHeads + " for keys and values)"));
        lines.add("context", context + " positions, rope base " + Math.round(ropeBase));
        lines.add("output", file.find("output.weight").isPresent() ? "own matrix" : "shares the embedding matrix");
        Tokenizer tokenizer = Tokenizers.load(file);
        lines.add("tokenizer", metadata.string("tokenizer.ggml.model", "unknown") + ", " + tokenizer.size() + " tokens"
                + (tokenizer.addBos() ? ", starts with token " + tokenizer.bos() : ""));
        lines.add("template", metadata.has("tokenizer.chat_template")
                ? "in the file (not used; choose a format with --chat-template)"
                : "none in the file");
        boolean chatml = architecture.equals("qwen2");
        lines.add("in Myna", "prompt format " + (chatml ? "chatml" : "vicuna_v1") + "; rotary pairs "
                + (chatml ? "half a head apart" : "adjacent") + "; KV cache "
                + Units.bytes(cacheBytesPerPosition(layers, kvHeads, width / heads)) + " per position in f16; pictures with"
                + " a vision file of output width " + width);
    }

    private static long cacheBytesPerPosition(int layers, int kvHeads, int headWidth) {
        return 2L * 2 * layers * kvHeads * headWidth;
    }

    private static int positive(GgufMetadata metadata, String key) {
        return metadata.integer(key, 1, Integer.MAX_VALUE);
    }
}
