// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import dev.myna.loaders.gguf.GgufException;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;

/** Reads a tokenizer from GGUF metadata (docs/spec/tokenizers.md 1). */
public final class Tokenizers {
    private static final String MODEL = "tokenizer.ggml.model";
    private static final String PRE = "tokenizer.ggml.pre";
    /** The value in files whose writer did not know. */
    private static final String UNSTATED = "default";

    private static final int CLIP = 64;
    private static final Set<String> SPECIAL_NAMES =
            Set.of("<s>", "</s>", "<unk>", "<|im_start|>", "<|im_end|>", "<|endoftext|>");

    private Tokenizers() {}

    /**
     * Loads the tokenizer of a decoder GGUF.
     *
     * @throws dev.myna.loaders.gguf.GgufException if keys are missing, have wrong types or contradict each other
     */
    public static Tokenizer load(GgufFile file) {
        return load(file.metadata(), file.name());
    }

    /**
     * Loads the tokenizer that these keys describe.
     *
     * @param source the name of the file in messages
     */
    static Tokenizer load(GgufMetadata metadata, String source) {
        String model = metadata.string(MODEL);
        return switch (model) {
            case "llama" -> new SpmTokenizer(spm(metadata, source));
            case "gpt2" -> bpe(metadata, source);
            default ->
                throw new GgufException(source + ": " + MODEL + " is '" + Text.line(model, CLIP)
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
                scores(metadata, pieces.length),
                types(metadata, pieces),
                new byte[0][],
                id(metadata, Vocabulary.BOS, pieces.length, 1),
                id(metadata, Vocabulary.EOS, pieces.length, 2),
                id(metadata, Vocabulary.UNKNOWN, pieces.length, 0),
                ends(metadata, pieces.length),
                flags);
    }

    private static BpeTokenizer bpe(GgufMetadata metadata, String source) {
        byte[][] pieces = pieces(metadata, source);
        String pre = metadata.string(PRE, UNSTATED);
        PreTokenizer preTokenizer = pre.equals(UNSTATED)
                ? PreTokenizer.byMarks(mark -> find(pieces, mark) >= 0).orElse(PreTokenizer.QWEN2)
                : PreTokenizer.byName(pre)
                        .orElseThrow(() -> new GgufException(source + ": " + PRE + " is '" + Text.line(pre, CLIP)
                                + "'; with " + MODEL + " 'gpt2' only " + PreTokenizer.labels()
                                + " and their other names are supported"));
        Set<Vocabulary.Flag> flags = EnumSet.noneOf(Vocabulary.Flag.class);
        flag(flags, Vocabulary.Flag.ADD_BOS, metadata.bool("tokenizer.ggml.add_bos_token", preTokenizer.addsBos()));
        Vocabulary vocabulary = new Vocabulary(
                source,
                pieces,
                new float[0],
                types(metadata, pieces),
                metadata.byteStrings(Vocabulary.MERGES),
                id(
                        metadata,
                        Vocabulary.BOS,
                        pieces.length,
                        preTokenizer.addsBos() ? find(pieces, preTokenizer.bos()) : -1),
                id(metadata, Vocabulary.EOS, pieces.length, -1),
                id(metadata, Vocabulary.UNKNOWN, pieces.length, -1),
                ends(metadata, pieces.length),
                flags);
        return new BpeTokenizer(vocabulary, preTokenizer).with(preTokenizer.normalization(pre));
    }

    /** The id of a token, or -1. */
    private static int find(byte[][] pieces, String text) {
        byte[] bytes = Utf8.bytes(text);
        for (int id = 0; id < pieces.length; id++) {
            if (Arrays.equals(pieces[id], bytes)) {
                return id;
            }
        }
        return -1;
    }

    /** Ids that end an answer, other than EOS. */
    private static int[] ends(GgufMetadata metadata, int tokens) {
        return IntStream.of(
                        id(metadata, "tokenizer.ggml.eot_token_id", tokens, -1),
                        id(metadata, "tokenizer.ggml.eom_token_id", tokens, -1))
                .filter(id -> id >= 0)
                .toArray();
    }

    private static byte[][] pieces(GgufMetadata metadata, String source) {
        int count = metadata.length(Vocabulary.TOKENS);
        if (count == 0 || count > Vocabulary.MAX_TOKENS) {
            throw new GgufException(source + ": " + Vocabulary.TOKENS + " has " + count + " tokens; 1 to "
                    + Vocabulary.MAX_TOKENS + " are supported");
        }
        return metadata.byteStrings(Vocabulary.TOKENS);
    }

    /** One score per token; drops scores beyond the last token. */
    private static float[] scores(GgufMetadata metadata, int tokens) {
        float[] scores = metadata.floats(Vocabulary.SCORES);
        return scores.length > tokens ? Arrays.copyOf(scores, tokens) : scores;
    }

    /** One type per token, as in the file; a type of 0 is derived from the spelling. */
    private static int[] types(GgufMetadata metadata, byte[][] pieces) {
        boolean stated = metadata.has(Vocabulary.TYPES);
        int[] types = stated ? metadata.integers(Vocabulary.TYPES) : new int[pieces.length];
        if (types.length > pieces.length) {
            types = Arrays.copyOf(types, pieces.length);
        }
        for (int i = 0; i < types.length && types.length == pieces.length; i++) {
            if (types[i] != TokenType.UNDEFINED) {
                continue;
            }
            boolean special = pieces[i].length <= 16 && SPECIAL_NAMES.contains(Utf8.text(pieces[i]));
            types[i] = Vocabulary.byteValue(pieces[i]) >= 0
                    ? TokenType.BYTE
                    : special ? TokenType.CONTROL : TokenType.NORMAL;
        }
        return types;
    }

    /** Reads an id. @param fallback is used if the key is missing, or is -1 as a signed or an unsigned number */
    public static int id(GgufMetadata metadata, String key, int tokens, int fallback) {
        int usual = fallback < tokens ? fallback : -1;
        return metadata.isNoId(key) ? usual : metadata.integer(key, 0, tokens - 1, usual);
    }

    private static void flag(Set<Vocabulary.Flag> flags, Vocabulary.Flag flag, boolean set) {
        if (set) {
            flags.add(flag);
        }
    }
}
