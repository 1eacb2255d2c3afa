// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What byte-level BPE tokenizers do differently: the values of {@code tokenizer.ggml.pre} (docs/spec/tokenizers.md 4). */
enum PreTokenizer {
    /** Every digit is a piece; text is composed first, except by those that only share Qwen2's pieces. */
    QWEN2(
            1,
            BpeTokenizer.Normalization.NFC,
            "qwen2",
            "megrez",
            "f2llmv2",
            "deepseek-r1-qwen",
            "kormo",
            "stablelm2",
            "hunyuan",
            "solar-open"),

    /** Llama 3: digits go in threes, text is taken as it is, and so are pieces that are tokens as a whole. */
    LLAMA3(
            3,
            BpeTokenizer.Normalization.NONE,
            "llama-bpe",
            "llama3",
            "llama-v3",
            "falcon3",
            "falcon-h1",
            "pixtral",
            "midm-2.0",
            "lfm2",
            "jina-v5-nano");

    private static final Set<String> NOT_COMPOSING =
            Set.of("deepseek-r1-qwen", "kormo", "stablelm2", "hunyuan", "solar-open");

    /** Llama 3's BOS. */
    static final String BEGIN_OF_TEXT = "<|begin_of_text|>";

    private final int digits;
    private final BpeTokenizer.Normalization normalization;
    private final List<String> names;

    PreTokenizer(int digits, BpeTokenizer.Normalization normalization, String... names) {
        this.digits = digits;
        this.normalization = normalization;
        this.names = List.of(names);
    }

    /** The one that files call so. */
    static Optional<PreTokenizer> byName(String name) {
        return Arrays.stream(values()).filter(each -> each.names.contains(name)).findFirst();
    }

    /** The name that files should use. */
    String label() {
        return names.getFirst();
    }

    /** End of the piece that begins at {@code from}, which must be inside the text. No surrogate may be alone. */
    int end(String text, int from) {
        return TextPieces.end(text, from, digits);
    }

    /** What happens to raw text before it is split. */
    BpeTokenizer.Normalization normalization() {
        return normalization;
    }

    /** The same for the one that files call so. */
    BpeTokenizer.Normalization normalization(String name) {
        return NOT_COMPOSING.contains(name) ? BpeTokenizer.Normalization.NONE : normalization;
    }

    /** The one whose marks a vocabulary has, for files that do not say. */
    static Optional<PreTokenizer> byMarks(Predicate<String> hasToken) {
        if (hasToken.test(BEGIN_OF_TEXT) || hasToken.test("<|start_header_id|>") && hasToken.test("<|eot_id|>")) {
            return Optional.of(LLAMA3);
        }
        return hasToken.test("<|im_start|>") || hasToken.test("<|endoftext|>") ? Optional.of(QWEN2) : Optional.empty();
    }

    /** Whether a piece that is a token is taken at once, even if no merges lead to it ({@code ignore_merges}). */
    boolean takesWholePieces() {
        return this == LLAMA3;
    }

    /** Whether prompts start with BOS when the file does not say. */
    boolean addsBos() {
        return this == LLAMA3;
    }
}
