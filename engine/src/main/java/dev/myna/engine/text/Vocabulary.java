// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import dev.myna.loaders.gguf.GgufException;
import java.util.Arrays;
import java.util.Set;

/**
 * The tokenizer's data in a GGUF file, as far as both kinds of tokenizer share it, checked. The arrays are not copied.
 *
 * @param source the name of the file in messages
 * @param pieces the tokens' texts as bytes, one per id, in the vocabulary's own spelling
 * @param scores one per token, or empty (BPE)
 * @param types one {@link TokenType} per token
 * @param merges {@code left right}, rank = index, or empty (SPM)
 * @param bos id, or -1
 * @param eos id, or -1
 * @param unknown id, or -1
 * @param ends ids that end an answer, other than {@code eos}
 */
record Vocabulary(
        String source,
        byte[][] pieces,
        float[] scores,
        int[] types,
        byte[][] merges,
        int bos,
        int eos,
        int unknown,
        int[] ends,
        Set<Flag> flags) {

    /** Without other ends than EOS. */
    Vocabulary(
            String source,
            byte[][] pieces,
            float[] scores,
            int[] types,
            byte[][] merges,
            int bos,
            int eos,
            int unknown,
            Set<Flag> flags) {
        this(source, pieces, scores, types, merges, bos, eos, unknown, new int[0], flags);
    }

    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String SCORES = "tokenizer.ggml.scores";
    static final String TYPES = "tokenizer.ggml.token_type";
    static final String MERGES = "tokenizer.ggml.merges";
    static final String BOS = "tokenizer.ggml.bos_token_id";
    static final String EOS = "tokenizer.ggml.eos_token_id";
    static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";

    /** Sixteen times the largest published vocabulary. */
    static final int MAX_TOKENS = 1 << 22;

    /** Maximum size of a special token: each is searched for at every position of a text. */
    static final int MAX_SPECIAL_BYTES = 1024;

    enum Flag {
        ADD_BOS,
        SPACE_PREFIX
    }

    Vocabulary {
        flags = Set.copyOf(flags);
        if (pieces.length == 0 || pieces.length > MAX_TOKENS) {
            throw error(source, TOKENS, "has " + pieces.length + " tokens; 1 to " + MAX_TOKENS + " are supported");
        }
        sameLength(source, SCORES, scores.length == 0 ? pieces.length : scores.length, pieces.length);
        sameLength(source, TYPES, types.length, pieces.length);
        for (int i = 0; i < types.length; i++) {
            if (types[i] < TokenType.NORMAL || types[i] > TokenType.BYTE) {
                throw error(source, TYPES, "says type " + types[i] + " for token " + i + "; types are 1 to 6");
            }
            if (TokenType.isSpecial(types[i]) && pieces[i].length > MAX_SPECIAL_BYTES) {
                throw error(
                        source,
                        TOKENS,
                        "token " + i + " is special and " + pieces[i].length + " bytes long; at most "
                                + MAX_SPECIAL_BYTES + " are supported");
            }
        }
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(scores[i])) {
                throw error(source, SCORES, "has NaN for token " + i);
            }
        }
        inRange(source, BOS, bos, pieces.length);
        inRange(source, EOS, eos, pieces.length);
        inRange(source, UNKNOWN, unknown, pieces.length);
    }

    int size() {
        return pieces.length;
    }

    /** Whether it is SentencePiece's, which has scores. */
    boolean isSpm() {
        return scores.length > 0;
    }

    boolean isUnused(int id) {
        return types[id] == TokenType.UNUSED;
    }

    boolean has(Flag flag) {
        return flags.contains(flag);
    }

    /** The value of a {@code <0xNN>} piece, or -1 for another piece. */
    static int byteValue(byte[] piece) {
        if (piece.length != 6 || piece[0] != '<' || piece[1] != '0' || piece[2] != 'x' || piece[5] != '>') {
            return -1;
        }
        int high = Character.digit(piece[3], 16);
        int low = Character.digit(piece[4], 16);
        return high < 0 || low < 0 ? -1 : 16 * high + low;
    }

    /** Ids of the 256 byte tokens (type 6) by byte value; -1 where the vocabulary has none. */
    int[] byteTokens() {
        int[] ids = new int[256];
        Arrays.fill(ids, -1);
        for (int i = pieces.length - 1; i >= 0; i--) {
            if (types[i] == TokenType.BYTE) {
                int value = byteValue(pieces[i]);
                if (value < 0) {
                    throw error(source, TOKENS, "token " + i + " has type 6 (byte) but is not spelled <0xNN>");
                }
                ids[value] = i;
            }
        }
        return ids;
    }

    GgufException error(String key, String problem) {
        return error(source, key, problem);
    }

    private static GgufException error(String source, String key, String problem) {
        return new GgufException(source + ": " + key + " " + problem);
    }

    private static void sameLength(String source, String key, int length, int tokens) {
        if (length != tokens) {
            throw error(source, key, "has " + length + " entries, but " + TOKENS + " has " + tokens);
        }
    }

    private static void inRange(String source, String key, int id, int tokens) {
        if (id < -1 || id >= tokens) {
            throw error(source, key, "is " + id + ", but there are " + tokens + " tokens");
        }
    }
}
