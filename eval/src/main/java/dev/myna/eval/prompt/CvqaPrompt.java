// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.prompt;

import java.util.List;
import java.util.Map;

/** The two published prompts of CVQA (docs/spec/evaluation.md 3.3). */
public final class CvqaPrompt {
    private CvqaPrompt() {}

    /** Pangea's. */
    public static String pangea(String question, List<String> options) {
        StringBuilder prompt = new StringBuilder("Question: ").append(question).append(" \n\n Options: ");
        for (int i = 0; i < options.size(); i++) {
            prompt.append(i == 0 ? "" : "\n")
                    .append((char) ('A' + i))
                    .append(". ")
                    .append(options.get(i));
        }
        return prompt.append(" \n\n Answer with the option's letter from the given choices directly.")
                .toString();
    }

    /** VLMEvalKit's. */
    public static String vlmevalkit(String question, Map<String, String> options) {
        StringBuilder prompt = new StringBuilder("Question: ").append(question).append("\nOptions:\n");
        options.forEach((letter, text) ->
                prompt.append(letter).append(". ").append(text).append('\n'));
        return prompt.append(
                        "Select the best answer to the above multiple-choice question based on the image. Respond with"
                                + " only the letter of the correct option (A, B, C, or D).\nThe best answer is: ")
                .toString();
    }
}
