// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.tokenizer;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.JsonFile;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The common part of both kinds of tokenizers: added and special tokens, the chat template, and the tokens that begin and end
 * a text.
 *
 * @param folder the checkpoint's folder
 * @param architecture of the decoder
 * @param config {@code config.json} or its text part, which may have the ids of BOS and EOS
 * @param tokenizer {@code tokenizer_config.json}, empty where the checkpoint has none
 * @param specials {@code special_tokens_map.json}, empty where the checkpoint has none
 * @param whole {@code tokenizer.json}, the only file of newer checkpoints
 */
public record TokenizerFiles(
        CheckpointFolder folder,
        DecoderArchitecture architecture,
        HfConfig config,
        HfConfig tokenizer,
        HfConfig specials,
        Optional<HfConfig> whole) {
    private static final int MAX_TEMPLATE = 1 << 20;
    private static final int NAMED = 4;

    /**
     * Reads the tokenizer of a text model; the result writes it.
     *
     * @param config the text model's configuration
     * @param rows rows of its embedding table
     */
    public static Consumer<GgufWriter> read(
            CheckpointFolder folder, DecoderArchitecture architecture, HfConfig config, int rows) {
        TokenizerFiles files = new TokenizerFiles(
                folder,
                architecture,
                config,
                optional(folder.path(), "tokenizer_config.json"),
                optional(folder.path(), "special_tokens_map.json"),
                HfConfig.find(folder.path().resolve("tokenizer.json")));
        TokenTable table = new TokenTable(rows);
        Consumer<GgufWriter> writer = switch (architecture) {
            case LLAMA -> llama(files, table);
            case GEMMA3 -> SentencePieceTokenizer.read(files, table);
            case QWEN2, QWEN2VL, QWEN3, QWEN3VL, COHERE2 -> ByteLevelTokenizer.read(files, table);
        };
        files.noteLeftOut(table);
        return writer;
    }

    /**
     * How many pieces {@code tokenizer.model} has, without added tokens.
     *
     * @throws CheckpointException if the folder has no such file
     */
    public static int pieces(CheckpointFolder folder) {
        return SentencePieceTokenizer.count(folder.path());
    }

    /** SentencePiece's own file, or its translation by transformers; newer models use byte-level tokens. */
    private static Consumer<GgufWriter> llama(TokenizerFiles files, TokenTable table) {
        if (Files.exists(files.file("tokenizer.model"))) {
            return SentencePieceTokenizer.read(files, table);
        }
        HfConfig whole = files.whole()
                .orElseThrow(
                        () -> new CheckpointException(
                                files.file("tokenizer.model")
                                        + ": no such file; a llama model needs it, or tokenizer.json, beside its weights for the vocabulary"));
        return whole.childOrEmpty("model").bool("byte_fallback", false)
                ? SentencePieceJson.read(files, table, whole)
                : ByteLevelTokenizer.read(files, table);
    }

    private static HfConfig optional(Path folder, String name) {
        Path path = folder.resolve(name);
        return HfConfig.find(path).orElseGet(() -> HfConfig.empty(path));
    }

    private void noteLeftOut(TokenTable table) {
        if (!table.beyond().isEmpty()) {
            List<String> named = table.beyond().entrySet().stream()
                    .limit(NAMED)
                    .map(token -> Text.quote(token.getKey()) + " with id " + token.getValue())
                    .toList();
            int more = table.beyond().size() - named.size();
            folder.notes()
                    .add("left out " + String.join(", ", named) + (more > 0 ? " and " + more + " more" : "")
                            + ": the embedding table has only " + table.size() + " rows");
        }
    }

    Path file(String name) {
        return folder.path().resolve(name);
    }

    /**
     * Adds the tokens of {@code added_tokens} in {@code tokenizer.json}, of {@code added_tokens_decoder} in
     * {@code tokenizer_config.json} and of {@code added_tokens.json}.
     */
    void addTokens(TokenTable table) {
        whole.ifPresent(json -> {
            for (Object entry : json.list("added_tokens")) {
                HfConfig token = json.entry("added_tokens", entry);
                int type = token.bool("special", false) ? TokenTable.CONTROL : TokenTable.USER_DEFINED;
                table.special(json.path(), token.integer("id", 0, Integer.MAX_VALUE), token.string("content"), type);
            }
        });
        tokenizer.child("added_tokens_decoder").ifPresent(added -> {
            for (String id : added.keys()) {
                HfConfig token = added.child(id).orElseThrow(() -> added.fail(id, "must be an object"));
                int type = token.bool("special", false) ? TokenTable.CONTROL : TokenTable.USER_DEFINED;
                table.special(tokenizer.path(), number(added, id), token.string("content"), type);
            }
        });
        HfConfig.find(file("added_tokens.json")).ifPresent(added -> {
            for (String text : added.keys()) {
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
                boolean dispensable = key.equals("pad_token") && table.beyond().containsKey(text.get());
                if (id < 0 && !dispensable) {
                    throw file.fail(
                            key,
                            "names a token that is not in the vocabulary"
                                    + (table.beyond().containsKey(text.get())
                                            ? ": its id has no row in the embedding table"
                                            : ""));
                }
                return id;
            }
        }
        String idKey = key + "_id";
        int id = switch (config.get(idKey)) {
            case Integer number -> number;
            case List<?> several
            when !several.isEmpty() && several.getFirst() instanceof Integer first -> {
                if (several.size() > 1) {
                    folder.notes()
                            .add(config.path().getFileName() + ": of the " + several.size() + " tokens of " + idKey
                                    + " the first, " + first + ", is written");
                }
                yield first;
            }
            case null -> defaultId(table, key);
            default -> throw config.fail(idKey, "must be the id of a token");
        };
        if (id < 0 || table.has(id)) {
            return Math.max(id, -1);
        }
        if (key.equals("pad_token") && table.beyond().containsValue(id)) {
            return -1;
        }
        throw config.fail(idKey, "is not the id of a token of the vocabulary");
    }

    /** The token that ends a turn, if the configuration names two tokens that end an answer; else -1. */
    int turnEnd(TokenTable table, int eos) {
        String key = "eos_token_id";
        if (config.get(key) instanceof List<?> two
                && two.size() == 2
                && two.contains(eos)
                && two.get(two.getFirst().equals(eos) ? 1 : 0) instanceof Integer other
                && table.has(other)) {
            return other;
        }
        return -1;
    }

    private int defaultId(TokenTable table, String key) {
        int id = architecture.defaultId(key);
        return table.isControl(id) ? id : -1;
    }

    /** Whether every text begins with BOS, if {@code tokenizer_config.json} does not say. */
    boolean addsBos(boolean fallback) {
        boolean standard = whole.flatMap(json -> json.child("post_processor"))
                .map(TokenizerFiles::beginsWithSpecial)
                .orElse(fallback);
        return tokenizer.bool("add_bos_token", standard);
    }

    private static boolean beginsWithSpecial(HfConfig step) {
        for (Object entry : step.list("processors")) {
            if (beginsWithSpecial(step.entry("processors", entry))) {
                return true;
            }
        }
        List<Object> single = step.list("single");
        return !single.isEmpty() && step.entry("single", single.getFirst()).has("SpecialToken");
    }

    /** Writes the id of a token with a role such as {@code bos}, unless it is -1. */
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
        if (own.isEmpty() && tokenizer.get("chat_template") instanceof String template) {
            own = Optional.of(template);
        }
        if (own.isEmpty()) {
            own = HfConfig.find(file("chat_template.json"))
                    .filter(file -> file.get("chat_template") instanceof String)
                    .map(file -> file.string("chat_template"));
        }
        if (own.isPresent() && own.get().length() > MAX_TEMPLATE) {
            throw new CheckpointException(folder.path() + ": the chat template has "
                    + own.get().length() + " characters; at most " + MAX_TEMPLATE + " are supported");
        }
        return own;
    }

    /** Whether {@code special_tokens_map.json} or {@code tokenizer_config.json} names a token as a special one. */
    private boolean isSpecial(String text) {
        for (HfConfig file : List.of(tokenizer, specials)) {
            boolean named = file.keys().stream()
                    .filter(key -> key.endsWith("_token"))
                    .anyMatch(key -> text(file, key).filter(text::equals).isPresent());
            if (named
                    || isListed(file, "additional_special_tokens", text)
                    || isListed(file, "extra_special_tokens", text)) {
                return true;
            }
        }
        return false;
    }

    /** A list of tokens, or an object with a role for each. */
    private static boolean isListed(HfConfig file, String key, String text) {
        Collection<?> tokens = switch (file.get(key)) {
            case List<?> list -> list;
            case Map<?, ?> map -> map.values();
            case null, default -> List.of();
        };
        return tokens.stream()
                .anyMatch(token -> content(token).filter(text::equals).isPresent());
    }

    /** A token is a string, or an object with the string and matching options. */
    private static Optional<String> text(HfConfig file, String key) {
        return content(file.get(key));
    }

    private static Optional<String> content(Object stated) {
        return switch (stated) {
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
