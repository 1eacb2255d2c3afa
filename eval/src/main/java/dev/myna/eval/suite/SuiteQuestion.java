// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.suite;

import java.util.List;

/**
 * A question of a suite.
 *
 * @param language its code, such as {@code hi}
 * @param question as a user asks it
 * @param accepted right answers; case, white space around them and the mark that ends a sentence do not matter
 */
public record SuiteQuestion(String language, String question, List<String> accepted) {
    public SuiteQuestion {
        accepted = List.copyOf(accepted);
        if (language.isBlank() || question.isBlank() || accepted.isEmpty()) {
            throw new IllegalArgumentException("a question needs a language, a text and an accepted answer: '"
                    + language + "', '" + question + "'");
        }
    }
}
