// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.suite;

import dev.myna.eval.LanguageMeans;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model made of a suite.
 *
 * @param scores share of right answers by language, from 0 to 100, in the order of the suite
 * @param misses questions without a right answer, in the order of the suite
 */
public record SuiteResult(Map<String, Double> scores, List<Miss> misses) {
    public SuiteResult {
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        misses = List.copyOf(misses);
    }

    /**
     * A question that was not answered rightly.
     *
     * @param answer of the model; empty if there is an error
     * @param error why there is no answer; empty if there is one
     */
    public record Miss(SuiteQuestion question, String answer, String error) {
        /** One line for the message of a test. */
        @Override
        public String toString() {
            return question.language() + ": \"" + question.question() + "\" expects " + question.accepted() + ", got "
                    + (error.isEmpty() ? "\"" + answer + "\"" : "no answer: " + error);
        }
    }

    /**
     * The score of a language, from 0 to 100.
     *
     * @throws IllegalArgumentException if the suite has no question in it
     */
    public double score(String language) {
        Double score = scores.get(language);
        if (score == null) {
            throw new IllegalArgumentException(
                    "the suite has no question in " + language + ", only in " + scores.keySet());
        }
        return score;
    }

    /** Mean over languages, each with the same weight. */
    public double mean() {
        return LanguageMeans.of(scores).mean();
    }

    /** Difference between the best and the worst language. */
    public double gap() {
        return LanguageMeans.of(scores).gap();
    }

    /** Code of the worst language. */
    public String worst() {
        return LanguageMeans.of(scores).worst();
    }
}
