// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.text.Json;
import dev.myna.engine.Language;
import dev.myna.eval.run.Sha256;
import java.util.Arrays;
import java.util.List;

/**
 * A question of a batch, or what is wrong with its row.
 *
 * @param item number of the input item that it belongs to, from 1; several questions about one image belong to one item
 * @param id of the item: a JSON value
 * @param images in order; questions of one item share them
 * @param prompt the text; empty if there is a problem
 * @param language of the answer; null if nobody says
 * @param problem why there is no question; null if there is one
 */
public record BatchQuestion(
        long item, Object id, List<BatchImage> images, String prompt, Language language, RuntimeException problem) {
    static BatchQuestion broken(long item, Object id, RuntimeException problem) {
        return new BatchQuestion(item, id, List.of(), "", null, problem);
    }

    /** The same question of an item with another number. */
    BatchQuestion ofItem(long number) {
        return new BatchQuestion(number, id, images, prompt, language, problem);
    }

    /** A SHA-256 of all that the question consists of. Images in files count by name, length and time of change. */
    String key() {
        List<Object> parts = Arrays.asList(
                id,
                images.stream().map(BatchImage::identity).toList(),
                prompt,
                language == null ? null : language.code(),
                problem == null ? null : problem.getMessage());
        return Sha256.of(Json.list(parts));
    }
}
