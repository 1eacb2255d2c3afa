// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.engine.Language;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked about every image whose row has no prompt of its own.
 *
 * @param texts questions; empty for the languages' requests for a description
 * @param languages of answers; empty if nobody says
 */
public record Prompts(List<String> texts, List<Language> languages) {
    public Prompts {
        texts = List.copyOf(texts);
        languages = List.copyOf(languages);
    }

    /** Whether there are questions, so that a row needs no image. */
    boolean given() {
        return !texts.isEmpty();
    }

    /**
     * The questions of one item: its own prompt, else every prompt in every language.
     *
     * @param prompt of the row, or null
     * @param language of the row, or null
     */
    List<BatchQuestion> questions(long item, Object id, List<BatchImage> images, String prompt, Language language) {
        List<BatchQuestion> questions = new ArrayList<>();
        List<Language> wanted = language != null ? List.of(language) : languages;
        if (prompt != null) {
            Language only = wanted.size() == 1 ? wanted.getFirst() : null;
            if (wanted.size() <= 1) {
                questions.add(new BatchQuestion(item, id, images, prompt, only, null));
            } else {
                wanted.forEach(each ->
                        questions.add(new BatchQuestion(item, id, images, AnswerIn.asked(prompt, each), each, null)));
            }
            return questions;
        }
        if (texts.isEmpty()) {
            List<Language> described = wanted.isEmpty() ? List.of(Language.EN) : wanted;
            described.forEach(each -> questions.add(
                    new BatchQuestion(item, id, images, each.describe(), wanted.isEmpty() ? null : each, null)));
            return questions;
        }
        for (String text : texts) {
            if (wanted.isEmpty()) {
                questions.add(new BatchQuestion(item, id, images, text, null, null));
            }
            wanted.forEach(
                    each -> questions.add(new BatchQuestion(item, id, images, AnswerIn.asked(text, each), each, null)));
        }
        return questions;
    }
}
