// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.List;

/** Text to token ids and back (docs/spec/tokenizers.md). Immutable and thread-safe. */
public sealed interface Tokenizer permits VocabularyTokenizer {

    /**
     * Whether the text of a special token inside the input becomes that token. Text from users must use {@link #PLAIN}.
     */
    enum Specials {
        /** It becomes the token. */
        PARSE,
        /** It stays text. */
        PLAIN
    }

    /** Number of tokens in the vocabulary. The embedding matrix may have more rows. */
    int size();

    /**
     * Token ids of {@code text} without BOS or EOS. An SPM tokenizer adds its space prefix at the start and after
     * special tokens. Lone surrogates are encoded as U+FFFD.
     */
    default int[] encode(String text, Specials specials) {
        return encode(List.of(new Span(text, specials)));
    }

    /**
     * Token ids of the joined spans, without BOS or EOS, as {@link #encode(String, Specials)}. A special token is recognized if all of its
     * text lies inside {@link Specials#PARSE} spans.
     */
    int[] encode(List<Span> spans);

    /**
     * The bytes of a token; empty for control and unknown tokens. A single token may be incomplete UTF-8.
     *
     * @throws IndexOutOfBoundsException if the id is outside the vocabulary
     */
    byte[] bytes(int id);

    /** The token's text as the vocabulary spells it, for display. */
    String piece(int id);

    /** The id of the token with this exact text in the vocabulary, or -1. Unused tokens are not found. */
    int id(String piece);

    /** Beginning-of-sequence id, or -1 if the vocabulary has none. */
    int bos();

    /** Whether {@link #encode} puts a space in front of a text. */
    boolean addsSpace();

    /** Whether prompts start with {@link #bos}. */
    boolean addBos();

    /**
     * Whether an id ends an answer: EOS, and the special tokens that docs/spec/tokenizers.md 1 names. False for ids outside the
     * vocabulary.
     */
    boolean isEndOfGeneration(int id);

    /** Whether a token may be generated. False for unused tokens ({@code [PADn]}, type 5) and outside the vocabulary. */
    boolean isUsable(int id);
}
