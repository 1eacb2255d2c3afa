// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.gguf.GgufWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the tokenizers of both kinds have in common: added and special tokens, the chat template, and who begins and ends a text.
 *
 * @param folder the checkpoint's folder
 * @param config {@code config.json} or its text part, which may name the first and the last token by id
 * @param tokenizer {@code tokenizer_config.json}, empty where the checkpoint has none
 * @param specials {@code special_tokens_map.json}, empty where the checkpoint has none
 */
record TokenizerFiles(Path folder, HfConfig config, HfConfig tokenizer, HfConfig specials) {
    private static final int MAX_TEMPLATE = 1 << 20;

    /**
     * The tokenizer of a text model, ready to be written.
     *
     * @param config the text model's configuration
     * @param rows rows of its embedding table
     */
    static Consumer<GgufWriter> read(Path folder, DecoderArchitecture architecture, HfConfig config, int rows) {
        TokenizerFiles files = new TokenizerFiles(
                folder, config, optional(folder, "tokenizer_config.json"), optional(folder, "special_tokens_map.json"));
        return switch (architecture) {
            case LLAMA -> SentencePieceTokenizer.read(files, rows);
            case QWEN2 -> ByteLevelTokenizer.read(files, rows);
        };
    }

    private static HfConfig optional(Path folder, String name) {
        Path path = folder.resolve(name);
        return HfConfig.find(path).orElse(new HfConfig(path, "", Map.of()));
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Adds the tokens of {@code added_tokens.json} and of {@code added_tokens_decoder} in {@code tokenizer_config.json}. */
    void addTokens(TokenTable table) {
        tokenizer.child("added_tokens_decoder").ifPresent(added -> {
            for (String id : added.values().keySet()) {
                HfConfig token = added.child(id).orElseThrow(() -> added.fail(id, "must be an object"));
                int type = token.bool("special", false) ? TokenTable.CONTROL : TokenTable.USER_DEFINED;
                table.special(tokenizer.path(), number(added, id), token.string("content"), type);
            }
        });
        HfConfig.find(file("added_tokens.json")).ifPresent(added -> {
            for (String text : added.values().keySet()) {
                int id = added.integer(text, 0, Integer.MAX_VALUE);
                table.special(added.path(), id, text, isSpecial(text) ? TokenTable.CONTROL : TokenTable.USER_DEFINED);
            }
        });
    }

    /** The id of the token that a key such as {@code eos_token} names; else the id in {@code config.json}; else -1. */
    int id(TokenTable table, String key) {
        for (HfConfig file : List.of(tokenizer, specials)) {
            Optional<String> text = text(file, key);
            if (text.isPresent()) {
                int id = table.id(text.get());
                if (id < 0) {
                    throw file.fail(key, "names a token that is not in the vocabulary");
                }
                return id;
            }
        }
        String idKey = key + "_id";
        if (!(config.values().get(idKey) instanceof Integer id)) {
            return -1;
        }
        if (!table.has(id)) {
            throw config.fail(idKey, "is not the id of a token of the vocabulary");
        }
        return id;
    }

    /** Writes the id of the token that has a role such as {@code bos}, unless it is -1. */
    static void putId(GgufWriter writer, String role, int id) {
        if (id >= 0) {
            writer.u32("tokenizer.ggml." + role + "_token_id", id);
        }
    }

    /** Writes the chat template, if there is one. */
    void writeTemplate(GgufWriter writer) {
        template().ifPresent(template -> writer.string("tokenizer.chat_template", template));
    }

    private Optional<String> template() {
        Optional<String> own = JsonFile.findText(file("chat_template.jinja"));
        if (own.isEmpty() && tokenizer.values().get("chat_template") instanceof String template) {
            own = Optional.of(template);
        }
        return own.filter(template -> template.length() <= MAX_TEMPLATE);
    }

    /** Whether {@code special_tokens_map.json} or {@code tokenizer_config.json} names a token as a special one. */
    private boolean isSpecial(String text) {
        for (HfConfig file : List.of(tokenizer, specials)) {
            boolean named = file.values().keySet().stream()
                    .filter(key -> key.endsWith("_token"))
                    .anyMatch(key -> text(file, key).filter(text::equals).isPresent());
            if (named || file.list("additional_special_tokens").contains(text)) {
                return true;
            }
        }
        return false;
    }

    /** A token is given as its text, or as an object with the text and how to find it. */
    private static Optional<String> text(HfConfig file, String key) {
        return switch (file.values().get(key)) {
            case String text -> Optional.of(text);
            case Map<?, ?> token when token.get("content") instanceof String text -> Optional.of(text);
            case null, default -> Optional.empty();
        };
    }

    private static int number(HfConfig added, String id) {
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw added.fail(id, "must have a token's id as its name");
        }
    }
}
