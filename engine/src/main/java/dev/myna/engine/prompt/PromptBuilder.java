// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt;

import dev.myna.engine.text.BpeTokenizer;
import dev.myna.engine.text.Span;
import dev.myna.engine.text.SpmTokenizer;
import dev.myna.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects text and places of images. It tokenizes the text between two images at once, text of the format and of users together
 * (docs/spec/tokenizers.md 7). BOS comes once, at the start.
 */
final class PromptBuilder {
    private static final ImagePlace ONE_ROW = ImagePlace.ofRows(1);

    private final Tokenizer tokenizer;
    private final SpmTokenizer.AfterSpecial afterSpecial;
    private final List<ImagePlace> places;
    private final List<Span> spans = new ArrayList<>();
    private final List<PromptPiece> pieces = new ArrayList<>();
    private int images;
    private boolean bos;

    /** @param places of the images, in order; an image beyond them gets one row */
    PromptBuilder(Tokenizer tokenizer, SpmTokenizer.AfterSpecial afterSpecial, boolean bos, List<ImagePlace> places) {
        this.tokenizer = tokenizer;
        this.afterSpecial = afterSpecial;
        this.places = places;
        this.bos = bos;
    }

    /** Adds text of the format: special tokens in it are recognized. */
    PromptBuilder template(String text) {
        spans.add(new Span(text, Tokenizer.Specials.PARSE));
        return this;
    }

    /** Adds text from users: special tokens in it stay text. */
    PromptBuilder data(String text) {
        spans.add(new Span(text, Tokenizer.Specials.PLAIN));
        return this;
    }

    /** Adds the place of the next image. */
    PromptBuilder image() {
        ImagePlace place = images < places.size() ? places.get(images) : ONE_ROW;
        for (ImagePlace.Part part : place.parts()) {
            if (part instanceof ImagePlace.Text(String text)) {
                template(text);
            } else if (part instanceof ImagePlace.Rows(int first, int count)) {
                flush();
                pieces.add(new PromptPiece.Image(images, first, count));
            }
        }
        images++;
        return this;
    }

    /** Adds the images of a turn, with text between and after them. */
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

    /** The text since the last image. */
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
