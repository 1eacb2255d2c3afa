// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** How byte-level BPE tokenizers split text: the values of {@code tokenizer.ggml.pre} (docs/spec/tokenizers.md 4). */
enum PreTokenizer {
    /** Each digit is a piece. Text is composed (NFC) first, except for the names in {@code NOT_COMPOSING}. */
    QWEN2(
            BpeTokenizer.Normalization.NFC,
            "qwen2",
            "megrez",
            "f2llmv2",
            "deepseek-r1-qwen",
            "kormo",
            "stablelm2",
            "hunyuan",
            "solar-open"),

    /** Llama 3: up to three digits are a piece. Text is not normalized. A piece that is a token is not merged. */
    LLAMA3(
            BpeTokenizer.Normalization.NONE,
            "llama-bpe",
            "llama3",
            "llama-v3",
            "falcon3",
            "falcon-h1",
            "pixtral",
            "midm-2.0",
            "lfm2",
            "jina-v5-nano"),

    /** As Llama 3, but every piece is merged, and there is no BOS: Phi-4 and Granite 4. */
    DBRX(BpeTokenizer.Normalization.NONE, "dbrx", "smaug-bpe", "glm4", "chatglm-bpe"),

    /** Digits alone, then GPT-2's pattern (docs/spec/tokenizers.md 4.7): SmolLM, SmolVLM, Granite 3. */
    SMOLLM(BpeTokenizer.Normalization.NONE, "smollm", "starcoder", "refact", "codeshell"),

    /** As {@link #SMOLLM}, of composed text: Command R, Aya. */
    COMMAND_R(BpeTokenizer.Normalization.NFC, "command-r"),

    /** Words with their marks, split where capitals begin; each digit is a piece. A piece that is a token is not merged: Mistral. */
    TEKKEN(BpeTokenizer.Normalization.NONE, "tekken"),

    /** GPT-2's pattern. */
    GPT2(BpeTokenizer.Normalization.NONE, "gpt-2", "phi-2", "granite-docling");

    private static final Set<String> NOT_COMPOSING =
            Set.of("deepseek-r1-qwen", "kormo", "stablelm2", "hunyuan", "solar-open");

    /** Llama 3's BOS. */
    static final String BEGIN_OF_TEXT = "<|begin_of_text|>";

    private final BpeTokenizer.Normalization normalization;
    private final List<String> names;

    PreTokenizer(BpeTokenizer.Normalization normalization, String... names) {
        this.normalization = normalization;
        this.names = List.of(names);
    }

    /** The pre-tokenizer with this name in files. */
    static Optional<PreTokenizer> byName(String name) {
        return Arrays.stream(values()).filter(each -> each.names.contains(name)).findFirst();
    }

    /** The usual name in files. */
    String label() {
        return names.getFirst();
    }

    /** The usual names of all, for messages. */
    static String labels() {
        return Arrays.stream(values()).map(each -> "'" + each.label() + "'").collect(Collectors.joining(", "));
    }

    /** End of the piece that begins at {@code from}, which must be inside the text. No surrogate may be alone. */
    int end(String text, int from) {
        return switch (this) {
            case QWEN2 -> TextPieces.end(text, from, 1);
            case LLAMA3, DBRX -> TextPieces.end(text, from, 3);
            case SMOLLM, COMMAND_R -> Gpt2Pieces.end(text, from, true);
            case TEKKEN -> TekkenPieces.end(text, from);
            case GPT2 -> Gpt2Pieces.end(text, from, false);
        };
    }

    /** What happens to raw text before it is split. */
    BpeTokenizer.Normalization normalization() {
        return normalization;
    }

    /** The normalization for this name in files. */
    BpeTokenizer.Normalization normalization(String name) {
        return NOT_COMPOSING.contains(name) ? BpeTokenizer.Normalization.NONE : normalization;
    }

    /** The pre-tokenizer whose special tokens a vocabulary has, for files without a name. */
    static Optional<PreTokenizer> byMarks(Predicate<String> hasToken) {
        if (hasToken.test(BEGIN_OF_TEXT) || hasToken.test("<|start_header_id|>") && hasToken.test("<|eot_id|>")) {
            return Optional.of(LLAMA3);
        }
        if (hasToken.test("<|START_OF_TURN_TOKEN|>")) {
            return Optional.of(COMMAND_R);
        }
        if (hasToken.test("<end_of_utterance>")) {
            return Optional.of(SMOLLM);
        }
        return hasToken.test("<|im_start|>") || hasToken.test("<|endoftext|>") ? Optional.of(QWEN2) : Optional.empty();
    }

    /** Whether a piece that is a token becomes that token without merges ({@code ignore_merges}). */
    boolean takesWholePieces() {
        return this == LLAMA3 || this == TEKKEN;
    }

    /** Whether prompts start with BOS if the file does not say. */
    boolean addsBos() {
        return this == LLAMA3 || this == TEKKEN;
    }

    /** BOS if the file does not say. */
    String bos() {
        return this == TEKKEN ? "<s>" : BEGIN_OF_TEXT;
    }
}
