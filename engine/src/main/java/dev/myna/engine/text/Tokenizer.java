// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.List;

/** Text to token ids and back (docs/spec/tokenizers.md). Immutable and thread-safe. */
public sealed interface Tokenizer permits VocabularyTokenizer {

    /**
     * Whether special-token text inside the input becomes special tokens. User-supplied text must use {@link #PLAIN}.
     */
    enum Specials {
        PARSE,
        PLAIN
    }

    /** Number of tokens in the vocabulary (not the rows of the embedding matrix, which may be more). */
    int size();

    /**
     * Token ids of {@code text} without BOS or EOS. An SPM tokenizer adds its space prefix at the start and after
     * special tokens; lone surrogates are encoded as U+FFFD.
     */
    default int[] encode(String text, Specials specials) {
        return encode(List.of(new Span(text, specials)));
    }

    /**
     * Token ids of the spans' joined text, without BOS or EOS, as {@link #encode(String, Specials)}. Special-token text
     * counts only where it lies inside {@link Specials#PARSE} spans as a whole.
     */
    int[] encode(List<Span> spans);

    /**
     * The bytes a token stands for; empty for control and unknown tokens. Single tokens may be incomplete UTF-8.
     *
     * @throws IndexOutOfBoundsException if the id is outside the vocabulary
     */
    byte[] bytes(int id);

    /** The token's text as the vocabulary spells it, for people. */
    String piece(int id);

    /** The id of a token by its exact vocabulary text, or -1. Unused rows have none. */
    int id(String piece);

    /** Beginning-of-sequence id, or -1 when the vocabulary has none. */
    int bos();

    /** Whether {@link #encode} puts a space in front of a text. */
    boolean addsSpace();

    /** Whether prompts start with {@link #bos}. */
    boolean addBos();

    /**
     * End-of-generation ids: eos and, when present as special tokens, {@code <|im_end|>}, {@code <|endoftext|>}, {@code
     * </s>}, {@code <|eot_id|>}, {@code <|eom_id|>} and {@code <|end_of_text|>}. False for ids outside the vocabulary.
     */
    boolean isEndOfGeneration(int id);

    /** Whether a token may be generated: false for unused rows ({@code [PADn]}, type 5) and outside the vocabulary. */
    boolean isUsable(int id);
}
