// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.tokenizer;

import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tokens of a vocabulary by id, as GGUF holds them (docs/spec/tokenizers.md 1). Ids without a token are unused. */
final class TokenTable {
    static final int NORMAL = 1;
    static final int UNKNOWN = 2;
    static final int CONTROL = 3;
    static final int USER_DEFINED = 4;
    static final int UNUSED = 5;
    static final int BYTE = 6;

    private final byte[][] texts;
    private final int[] types;
    private final Map<String, Integer> ids = new HashMap<>();
    /** Added tokens without a row in the table, with their ids. */
    private final Map<String, Integer> beyond = new LinkedHashMap<>();

    /** @param rows rows of the embedding table */
    TokenTable(int rows) {
        texts = new byte[rows][];
        types = new int[rows];
        Arrays.fill(types, UNUSED);
    }

    /**
     * Sets a token.
     *
     * @param source the file with the token, for messages
     * @throws CheckpointException if the id is taken or has no row in the embedding table
     */
    void add(Path source, int id, byte[] text, int type) {
        if (id < 0 || id >= texts.length) {
            throw new CheckpointException(source + ": token " + quote(text) + " has id " + id
                    + ", but the embedding table has only " + texts.length + " rows");
        }
        if (texts[id] != null) {
            throw new CheckpointException(
                    source + ": token " + quote(text) + " has id " + id + ", which is that of " + quote(texts[id]));
        }
        texts[id] = text;
        types[id] = type;
        ids.putIfAbsent(new String(text, StandardCharsets.UTF_8), id);
    }

    /**
     * Makes a token special, and adds it if needed. A token whose id has no row in the embedding table is left out: the model
     * cannot compute it, and transformers tolerates it.
     *
     * @throws CheckpointException if the id belongs to another token
     */
    void special(Path source, int id, String text, int type) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (id >= texts.length) {
            beyond.put(text, id);
        } else if (id >= 0 && id < texts.length && Arrays.equals(utf8, texts[id])) {
            boolean changes = types[id] == NORMAL || types[id] == USER_DEFINED && type == CONTROL;
            types[id] = changes ? type : types[id];
        } else {
            add(source, id, utf8, type);
        }
    }

    /** The id of the token with this text; -1 if there is none. */
    int id(String text) {
        return ids.getOrDefault(text, -1);
    }

    /** Added tokens that are left out because their ids are beyond the embedding table. */
    Map<String, Integer> beyond() {
        return beyond;
    }

    /** Whether an id has a token. */
    boolean has(int id) {
        return id >= 0 && id < texts.length && texts[id] != null;
    }

    /** Whether the token of an id is not text. */
    boolean isControl(int id) {
        return has(id) && types[id] == CONTROL;
    }

    int size() {
        return texts.length;
    }

    /** Writes tokens and types. */
    void writeTo(GgufWriter writer) {
        byte[][] named = new byte[texts.length][];
        for (int i = 0; i < named.length; i++) {
            named[i] = texts[i] != null ? texts[i] : ("[PAD" + i + "]").getBytes(StandardCharsets.US_ASCII);
        }
        writer.byteStrings("tokenizer.ggml.tokens", named).integers("tokenizer.ggml.token_type", types);
    }

    private static String quote(byte[] text) {
        return Text.quote(new String(text, StandardCharsets.UTF_8));
    }
}
