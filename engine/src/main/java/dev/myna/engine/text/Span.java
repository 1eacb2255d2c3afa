// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Objects;

/**
 * A stretch of text with a say on special tokens. Adjacent spans are one text for the tokenizer: only special-token
 * text is kept inside {@link Tokenizer.Specials#PARSE} spans, merges and pre-tokenization run across span borders.
 *
 * @param text any text; lone surrogates are encoded as U+FFFD
 */
public record Span(String text, Tokenizer.Specials specials) {
    public Span {
        Objects.requireNonNull(text);
        Objects.requireNonNull(specials);
    }
}
