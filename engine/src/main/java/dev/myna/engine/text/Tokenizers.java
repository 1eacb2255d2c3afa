// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** Reads a tokenizer from GGUF metadata (spec tokenizers.md 1). */
public final class Tokenizers {
    private static final String MODEL = "tokenizer.ggml.model";
    private static final String PRE = "tokenizer.ggml.pre";
    private static final Set<String> SPECIAL_NAMES =
            Set.of("<s>", "</s>", "<unk>", "<|im_start|>", "<|im_end|>", "<|endoftext|>");

    private Tokenizers() {}

    /**
     * The tokenizer a decoder GGUF carries.
     *
     * @throws dev.myna.loaders.gguf.GgufException if keys are missing, have wrong types or contradict each other
     */
    public static Tokenizer load(GgufFile file) {
        return load(file.metadata(), file.name());
    }

    /**
     * The tokenizer that these keys describe.
     *
     * @param source how messages call the file
     */
    static Tokenizer load(GgufMetadata metadata, String source) {
        String model = metadata.string(MODEL);
        return switch (model) {
            case "llama" -> new SpmTokenizer(spm(metadata, source));
            case "gpt2" -> bpe(metadata, source);
            default ->
                throw new GgufException(source + ": " + MODEL + " is '" + clip(model)
                        + "'; supported are 'llama' (SentencePiece-BPE) and 'gpt2' (byte-level BPE)");
        };
    }

    private static Vocabulary spm(GgufMetadata metadata, String source) {
        byte[][] pieces = pieces(metadata, source);
        Set<Vocabulary.Flag> flags = EnumSet.noneOf(Vocabulary.Flag.class);
        flag(flags, Vocabulary.Flag.ADD_BOS, metadata.bool("tokenizer.ggml.add_bos_token", true));
        flag(flags, Vocabulary.Flag.SPACE_PREFIX, metadata.bool("tokenizer.ggml.add_space_prefix", true));
        return new Vocabulary(
                source,
                pieces,
                metadata.floats(Vocabulary.SCORES),
                types(metadata, pieces),
                new byte[0][],
                id(metadata, Vocabulary.BOS, pieces.length, 1),
                id(metadata, Vocabulary.EOS, pieces.length, 2),
                id(metadata, Vocabulary.UNKNOWN, pieces.length, 0),
                flags);
    }

    private static BpeTokenizer bpe(GgufMetadata metadata, String source) {
        String pre = metadata.string(PRE, PreTokenizer.QWEN2.label());
        PreTokenizer preTokenizer = PreTokenizer.byName(pre)
                .orElseThrow(() -> new GgufException(source + ": " + PRE + " is '" + clip(pre) + "'; with " + MODEL
                        + " 'gpt2' only 'qwen2' and 'llama-bpe' are supported"));
        byte[][] pieces = pieces(metadata, source);
        Set<Vocabulary.Flag> flags = EnumSet.noneOf(Vocabulary.Flag.class);
        flag(flags, Vocabulary.Flag.ADD_BOS, metadata.bool("tokenizer.ggml.add_bos_token", preTokenizer.addsBos()));
        Vocabulary vocabulary = new Vocabulary(
                source,
                pieces,
                new float[0],
                types(metadata, pieces),
                metadata.byteStrings(Vocabulary.MERGES),
                id(metadata, Vocabulary.BOS, pieces.length, -1),
                id(metadata, Vocabulary.EOS, pieces.length, -1),
                id(metadata, Vocabulary.UNKNOWN, pieces.length, -1),
                flags);
        return new BpeTokenizer(vocabulary, preTokenizer);
    }

    private static byte[][] pieces(GgufMetadata metadata, String source) {
        int count = metadata.length(Vocabulary.TOKENS);
        if (count == 0 || count > Vocabulary.MAX_TOKENS) {
            throw new GgufException(source + ": " + Vocabulary.TOKENS + " has " + count + " tokens; 1 to "
                    + Vocabulary.MAX_TOKENS + " are supported");
        }
        return metadata.byteStrings(Vocabulary.TOKENS);
    }

    /** The types the file states; without them, what the spelling says. */
    private static int[] types(GgufMetadata metadata, byte[][] pieces) {
        if (metadata.has(Vocabulary.TYPES)) {
            return metadata.integers(Vocabulary.TYPES);
        }
        int[] types = new int[pieces.length];
        Arrays.fill(types, TokenType.NORMAL);
        for (int i = 0; i < pieces.length; i++) {
            if (Vocabulary.byteValue(pieces[i]) >= 0) {
                types[i] = TokenType.BYTE;
            } else if (pieces[i].length <= 16 && SPECIAL_NAMES.contains(Utf8.text(pieces[i]))) {
                types[i] = TokenType.CONTROL;
            }
        }
        return types;
    }

    private static int id(GgufMetadata metadata, String key, int tokens, int fallback) {
        return metadata.integer(key, 0, tokens - 1, fallback < tokens ? fallback : -1);
    }

    private static void flag(Set<Vocabulary.Flag> flags, Vocabulary.Flag flag, boolean set) {
        if (set) {
            flags.add(flag);
        }
    }

    private static String clip(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "...";
    }
}
