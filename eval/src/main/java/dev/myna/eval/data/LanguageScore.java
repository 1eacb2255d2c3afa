// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The scores of a task in a language.
 *
 * @param score the headline, from 0 to 100
 * @param metrics others, by name; counts too
 * @param categories scores by category, from 0 to 100
 * @param rows the score of each row, in their order, from 0 to 1; NaN for a row that does not count by itself
 * @param verdicts one for each row
 */
public record LanguageScore(
        double score,
        Map<String, Double> metrics,
        Map<String, Double> categories,
        List<Double> rows,
        List<Verdict> verdicts) {
    public LanguageScore {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        categories = Collections.unmodifiableMap(new LinkedHashMap<>(categories));
        rows = List.copyOf(rows);
        verdicts = List.copyOf(verdicts);
        if (rows.size() != verdicts.size()) {
            throw new IllegalArgumentException(rows.size() + " scores, but " + verdicts.size() + " verdicts");
        }
    }

    /** Scores whose verdicts follow from the score of each row. */
    public LanguageScore(double score, Map<String, Double> metrics, Map<String, Double> categories, List<Double> rows) {
        this(score, metrics, categories, rows, rows.stream().map(Verdict::of).toList());
    }

    /** The same scores with other metrics. */
    public LanguageScore withMetrics(Map<String, Double> others) {
        return new LanguageScore(score, others, categories, rows, verdicts);
    }
}
