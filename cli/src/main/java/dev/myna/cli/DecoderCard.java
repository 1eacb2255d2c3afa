// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.text.PromptFormat;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;
import java.util.Collections;

/** The part of a model card that describes a decoder (spec models.md 8.2). */
final class DecoderCard {
    /** Keys and values, two bytes each in an F16 cache. */
    private static final long CACHE_BYTES_PER_ELEMENT = 4;

    private DecoderCard() {}

    static void describe(GgufFile file, CardLines lines) {
        DecoderConfig config = DecoderConfig.read(file);
        lines.add("kind", "text decoder, architecture " + config.architecture());
        lines.add(
                "shape",
                config.layers() + " layers, width " + config.width() + ", feed-forward " + config.feedForward() + ", "
                        + config.heads() + " heads of " + config.headDim()
                        + (config.kvHeads() == config.heads() ? "" : ", " + config.kvHeads() + " for keys and values"));
        lines.add("context", config.contextLength() + " positions, " + rope(config.rope()));
        lines.add("output", file.find("output.weight").isPresent() ? "a matrix of its own" : "the embedding matrix");
        Tokenizer tokenizer = Tokenizers.load(file);
        lines.add(
                "tokenizer",
                file.metadata().string("tokenizer.ggml.model", "unknown") + ", " + tokenizer.size() + " tokens"
                        + (tokenizer.addBos() ? ", starts with " + tokenizer.piece(tokenizer.bos()) : ""));
        String template = file.metadata().string("tokenizer.chat_template", "");
        lines.add("template", template.isEmpty() ? "none" : "in the file; it only tells which prompt format to use");
        lines.add(
                "in Myna",
                "prompt format " + PromptFormat.of(tokenizer, template).label() + ", rotary pairs "
                        + (config.rope().pairing() == RopePairing.ADJACENT ? "adjacent" : "half a head apart")
                        + ", " + Units.bytes(cacheBytes(config)) + " of KV cache per position");
        lines.add("pictures", "with a vision file of output width " + config.width());
    }

    private static String rope(Rope rope) {
        float largest = Collections.max(rope.divisors());
        boolean even = Collections.min(rope.divisors()) == largest;
        String scaling = even ? ", frequencies divided by " : ", frequencies divided by up to ";
        return "rope base " + Math.round(rope.base()) + (even && largest == 1 ? "" : scaling + largest);
    }

    private static long cacheBytes(DecoderConfig config) {
        return CACHE_BYTES_PER_ELEMENT * config.layers() * config.kvHeads() * config.headDim();
    }
}
