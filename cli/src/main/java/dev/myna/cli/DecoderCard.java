// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.ModelCheck;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.decoder.DecoderConfig;
import dev.myna.engine.text.BpeTokenizer;
import dev.myna.engine.text.PromptFormat;
import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.kernels.Rope;
import dev.myna.kernels.RopePairing;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.text.Text;
import java.util.Collections;
import java.util.List;

/** The part of a model card that describes a decoder (spec models.md 8.2). */
final class DecoderCard {
    /** Keys and values, two bytes each in an F16 cache. */
    private static final long CACHE_BYTES_PER_ELEMENT = 4;

    private DecoderCard() {}

    /** @return what the file says in vain */
    static List<ModelWarning> describe(GgufFile file, CardLines lines) {
        DecoderConfig config = DecoderConfig.read(file);
        lines.add("kind", "text decoder, architecture " + config.architecture());
        lines.add(
                "shape",
                config.layers() + " layers, width " + config.width() + ", feed-forward " + config.feedForward() + ", "
                        + config.heads() + " heads of " + config.headDim()
                        + (config.kvHeads() == config.heads() ? "" : ", " + config.kvHeads() + " for keys and values"));
        lines.add("context", config.contextLength() + " positions, " + rope(config.rope()));
        lines.add("output", file.find("output.weight").isPresent() ? "a matrix of its own" : "the embedding matrix");
        Tokenizer tokenizer = describeTokenizer(file, lines);
        String template = file.metadata().string("tokenizer.chat_template", "");
        PromptFormat format = PromptFormat.of(tokenizer, template);
        lines.add(
                "template",
                template.isEmpty()
                        ? "none"
                        : format.follows(template)
                                ? "in the file; it only tells which prompt format to use"
                                : "in the file, and none that Myna knows: prompts are not written as it says");
        lines.add(
                "in Myna",
                "prompt format " + format.label() + ", rotary pairs "
                        + (config.rope().pairing() == RopePairing.ADJACENT ? "adjacent" : "half a head apart")
                        + ", " + Units.bytes(cacheBytes(config)) + " of KV cache per position");
        lines.add("pictures", "with a vision file of output width " + config.width());
        return ModelCheck.decoder(file);
    }

    static Tokenizer describeTokenizer(GgufFile file, CardLines lines) {
        Tokenizer tokenizer = Tokenizers.load(file);
        lines.add(
                "tokenizer",
                file.metadata().string("tokenizer.ggml.model", "unknown")
                        + (tokenizer instanceof BpeTokenizer bpe ? " like " + bpe.splitting() : "") + ", "
                        + tokenizer.size() + " tokens"
                        + (tokenizer.addBos()
                                ? ", starts with " + Text.line(tokenizer.piece(tokenizer.bos()), Text.SHOWN)
                                : ""));
        return tokenizer;
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
