// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.Objects;

/**
 * A part of a text in which special tokens are recognized or not. The tokenizer joins adjacent spans to one text: merges and
 * pre-tokenization cross the borders, and special tokens lie inside {@link Tokenizer.Specials#PARSE} spans.
 *
 * @param text any text; lone surrogates are encoded as U+FFFD
 */
public record Span(String text, Tokenizer.Specials specials) {
    public Span {
        Objects.requireNonNull(text);
        Objects.requireNonNull(specials);
    }
}
