// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The prompts of xMMMU (docs/spec/evaluation.md 3.4). */
public final class XmmmuPrompt {
    private static final Pattern IMAGE = Pattern.compile("<image \\p{Nd}+>");
    private static final Pattern PLACE = Pattern.compile("<image [1-7]>");

    private XmmmuPrompt() {}

    /** The prompt of a question; no options for an open one. */
    public static String of(String question, List<String> options) {
        return PLACE.matcher(marked(question, options)).replaceAll("<image>");
    }

    private static String marked(String question, List<String> options) {
        StringBuilder prompt = new StringBuilder(question);
        for (int i = 0; i < options.size(); i++) {
            prompt.append('\n').append((char) ('A' + i)).append(". ").append(options.get(i));
        }
        return prompt.append(
                        options.isEmpty()
                                ? "\nAnswer the question using a single word or phrase."
                                : "\nAnswer with the option letter from the given choices directly.")
                .toString();
    }

    /** Columns of the images that the prompt shows, in order, repeats included. */
    public static List<String> imageColumns(String question, List<String> options) {
        List<String> columns = new ArrayList<>();
        IMAGE.matcher(marked(question, options))
                .results()
                .map(MatchResult::group)
                .forEach(mark -> columns.add("image_" + mark.substring(7, mark.length() - 1)));
        return columns;
    }
}
