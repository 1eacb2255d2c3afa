// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects the text between pictures and tokenizes each stretch on its own, template and user text together (spec
 * tokenizers.md 7). BOS comes once, at the very start.
 */
final class PromptBuilder {
    private final Tokenizer tokenizer;
    private final SpmTokenizer.AfterSpecial afterSpecial;
    private final List<Span> spans = new ArrayList<>();
    private final List<PromptPiece> pieces = new ArrayList<>();
    private int pictures;
    private boolean bos;

    PromptBuilder(Tokenizer tokenizer, SpmTokenizer.AfterSpecial afterSpecial) {
        this.tokenizer = tokenizer;
        this.afterSpecial = afterSpecial;
        bos = tokenizer.addBos();
    }

    /** Text of the format itself: special-token text counts. */
    PromptBuilder template(String text) {
        spans.add(new Span(text, Tokenizer.Specials.PARSE));
        return this;
    }

    /** Text from outside: nothing in it is special. */
    PromptBuilder data(String text) {
        spans.add(new Span(text, Tokenizer.Specials.PLAIN));
        return this;
    }

    /** A turn's pictures, with text between and after them. */
    PromptBuilder pictures(int count, String between, String after) {
        for (int i = 0; i < count; i++) {
            flush();
            pieces.add(new PromptPiece.Picture(pictures++));
            template(i + 1 < count ? between : after);
        }
        return this;
    }

    List<PromptPiece> build() {
        flush();
        return List.copyOf(pieces);
    }

    private void flush() {
        IntList ids = new IntList();
        if (bos) {
            ids.add(tokenizer.bos());
            bos = false;
        }
        ids.addAll(
                switch (tokenizer) {
                    case SpmTokenizer spm -> spm.encode(spans, afterSpecial);
                    case BpeTokenizer bpe -> bpe.encode(spans);
                });
        spans.clear();
        int[] array = ids.toArray();
        if (array.length > 0) {
            pieces.add(new PromptPiece.Tokens(array));
        }
    }
}
