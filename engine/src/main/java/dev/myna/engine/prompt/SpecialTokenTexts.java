// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.text.Tokenizer;
import dev.myna.engine.text.Tokenizers;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.LinkedHashMap;
import java.util.Map;

/** Special tokens as variables of templates: {@code bos_token} and so on. A token that the vocabulary lacks is undefined. */
public final class SpecialTokenTexts {
    private static final Map<String, String> KEYS = Map.of(
            "eos_token", "tokenizer.ggml.eos_token_id",
            "unk_token", "tokenizer.ggml.unknown_token_id",
            "pad_token", "tokenizer.ggml.padding_token_id");

    private SpecialTokenTexts() {}

    /** Texts of the special tokens, by the name of the variable. */
    public static Map<String, String> of(Tokenizer tokenizer, GgufMetadata metadata) {
        Map<String, String> texts = new LinkedHashMap<>();
        add(texts, "bos_token", tokenizer, tokenizer.bos());
        KEYS.forEach((name, key) -> add(texts, name, tokenizer, Tokenizers.id(metadata, key, tokenizer.size(), -1)));
        return texts;
    }

    private static void add(Map<String, String> texts, String name, Tokenizer tokenizer, int id) {
        if (id >= 0) {
            texts.put(name, tokenizer.piece(id));
        }
    }
}
