// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A question to a model, and what is needed to score its answer.
 *
 * @param id unique among the questions of a task and a language
 * @param system instructions in front of the conversation; empty for those of the prompt format
 * @param turns of the user; the model answers each, and its last answer counts. {@link #IMAGE} is where an image goes; if no turn has
 *     any, all images go in front of the first one
 * @param images encoded, in order
 * @param maxTokens limit of each answer
 * @param gold values of JSON: the right answer, options, category …
 */
public record Question(
        String id, String system, List<String> turns, List<byte[]> images, int maxTokens, Map<String, Object> gold) {
    /** The place of an image in a turn. */
    public static final String IMAGE = "<image>";

    public Question {
        turns = List.copyOf(turns);
        images = List.copyOf(images);
        // In an order that is the same in every process.
        gold = Collections.unmodifiableMap(new TreeMap<>(gold));
    }

    /** With the system text of the prompt format. */
    public Question(String id, List<String> turns, List<byte[]> images, int maxTokens, Map<String, Object> gold) {
        this(id, "", turns, images, maxTokens, gold);
    }

    /** The prompt that is answered last. */
    public String prompt() {
        return turns.getLast();
    }
}
