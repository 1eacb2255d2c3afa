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
 *
 * <p>The place of an image has the marks that its family puts around rows. A format may write the same marks. They come once: a mark
 * that the format writes directly in front of the place, and that is the place's first text but for white space, is dropped. So is one
 * directly behind it that is the place's last text (docs/spec/chat-templates.md 5).
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

    /** Whether the last span is text of the format. */
    private boolean lastIsFormat;

    /** The last text of the place that was just written, without white space at its ends; else empty. */
    private String behindImage = "";

    /** @param places of the images, in order; an image beyond them gets one row */
    PromptBuilder(Tokenizer tokenizer, SpmTokenizer.AfterSpecial afterSpecial, boolean bos, List<ImagePlace> places) {
        this.tokenizer = tokenizer;
        this.afterSpecial = afterSpecial;
        this.places = places;
        this.bos = bos;
    }

    /** Adds text of the format: special tokens in it are recognized. */
    PromptBuilder template(String text) {
        if (text.isEmpty()) {
            return this;
        }
        String rest =
                !behindImage.isEmpty() && text.startsWith(behindImage) ? text.substring(behindImage.length()) : text;
        behindImage = "";
        if (!rest.isEmpty()) {
            spans.add(new Span(rest, Tokenizer.Specials.PARSE));
            lastIsFormat = true;
        }
        return this;
    }

    /** Adds text from users: special tokens in it stay text. */
    PromptBuilder data(String text) {
        if (!text.isEmpty()) {
            spans.add(new Span(text, Tokenizer.Specials.PLAIN));
            behindImage = "";
            lastIsFormat = false;
        }
        return this;
    }

    /** Adds the token that begins prompts of a format, if the vocabulary has it and does not add BOS by itself. */
    PromptBuilder begin(String token) {
        return !bos && has(token) ? template(token) : this;
    }

    /** Whether the vocabulary has this token. */
    boolean has(String token) {
        return tokenizer != null && tokenizer.id(token) >= 0;
    }

    /** Adds the place of the next image. */
    PromptBuilder image() {
        ImagePlace place = images < places.size() ? places.get(images) : ONE_ROW;
        List<ImagePlace.Part> parts = place.parts();
        if (lastIsFormat && !parts.isEmpty() && parts.getFirst() instanceof ImagePlace.Text(String text)) {
            dropAtEnd(text.strip());
        }
        for (ImagePlace.Part part : parts) {
            if (part instanceof ImagePlace.Text(String text)) {
                spans.add(new Span(text, Tokenizer.Specials.PARSE));
            } else if (part instanceof ImagePlace.Rows(int first, int count)) {
                flush();
                pieces.add(new PromptPiece.Image(images, first, count));
            }
        }
        lastIsFormat = false;
        behindImage = !parts.isEmpty() && parts.getLast() instanceof ImagePlace.Text(String text) ? text.strip() : "";
        images++;
        return this;
    }

    private void dropAtEnd(String mark) {
        String written = spans.getLast().text();
        if (written.endsWith(mark)) {
            spans.set(
                    spans.size() - 1,
                    new Span(written.substring(0, written.length() - mark.length()), Tokenizer.Specials.PARSE));
        }
    }

    /** Adds texts of users and images in order, with nothing between. */
    PromptBuilder parts(List<PromptMessage.Part> parts) {
        for (PromptMessage.Part part : parts) {
            switch (part) {
                case PromptMessage.Image _ -> image();
                case PromptMessage.Text(String text) -> data(text);
            }
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
        lastIsFormat = false;
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
