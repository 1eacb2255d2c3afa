// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.text.BpeTokenizer;
import dev.myna.engine.text.Span;
import dev.myna.engine.text.SpmTokenizer;
import dev.myna.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the text between images and tokenizes each stretch on its own, template and user text together (spec
 * docs/spec/tokenizers.md 7). BOS comes once, at the very start.
 */
final class PromptBuilder {
    private final Tokenizer tokenizer;
    private final SpmTokenizer.AfterSpecial afterSpecial;
    private final List<Span> spans = new ArrayList<>();
    private final List<PromptPiece> pieces = new ArrayList<>();
    private int images;
    private boolean bos;

    PromptBuilder(Tokenizer tokenizer, SpmTokenizer.AfterSpecial afterSpecial, boolean bos) {
        this.tokenizer = tokenizer;
        this.afterSpecial = afterSpecial;
        this.bos = bos;
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

    /** The place of the next image. */
    PromptBuilder image() {
        flush();
        pieces.add(new PromptPiece.Image(images++));
        return this;
    }

    /** A turn's images, with text between and after them. */
    PromptBuilder images(int count, String between, String after) {
        for (int i = 0; i < count; i++) {
            image().template(i + 1 < count ? between : after);
        }
        return this;
    }

    List<PromptPiece> build() {
        flush();
        return List.copyOf(pieces);
    }

    /** What has been collected since the last image, as text. */
    String text() {
        StringBuilder text = new StringBuilder();
        spans.forEach(span -> text.append(span.text()));
        return text.toString();
    }

    private void flush() {
        int[] ids = switch (tokenizer) {
            case SpmTokenizer spm -> spm.encode(spans, afterSpecial);
            case BpeTokenizer bpe -> bpe.encode(spans);
        };
        spans.clear();
        if (bos) {
            int[] whole = new int[ids.length + 1];
            whole[0] = tokenizer.bos();
            System.arraycopy(ids, 0, whole, 1, ids.length);
            ids = whole;
            bos = false;
        }
        if (ids.length > 0) {
            pieces.add(new PromptPiece.Tokens(ids));
        }
    }
}
