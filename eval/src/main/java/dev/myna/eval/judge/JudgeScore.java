// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judge;

import dev.myna.loaders.datasets.PythonNumbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Means of reviews as PALO's script prints them (docs/spec/evaluation.md 1).
 *
 * @param relative 100 times the model's mean by the reference's, one decimal; NaN where the reference's is 0
 * @param reference 10 times its mean, one decimal
 * @param model likewise
 */
public record JudgeScore(double relative, double reference, double model) {
    /** The category of all rows. */
    public static final String ALL = "all";

    private static final int MEAN_DECIMALS = 3;

    /** The score of pairs; empty where there are none. */
    public static java.util.Optional<JudgeScore> of(List<ScorePair> pairs) {
        if (pairs.isEmpty()) {
            return java.util.Optional.empty();
        }
        double reference = 0;
        double model = 0;
        for (ScorePair pair : pairs) {
            reference += pair.reference();
            model += pair.model();
        }
        reference = PythonNumbers.round(reference / pairs.size(), MEAN_DECIMALS);
        model = PythonNumbers.round(model / pairs.size(), MEAN_DECIMALS);
        double relative = reference == 0 ? Double.NaN : PythonNumbers.round(model / reference * 100, 1);
        return java.util.Optional.of(
                new JudgeScore(relative, PythonNumbers.round(reference * 10, 1), PythonNumbers.round(model * 10, 1)));
    }

    /** Scores by category, and of all pairs. */
    public static Map<String, JudgeScore> byCategory(List<String> categories, List<ScorePair> pairs) {
        Map<String, List<ScorePair>> lists = new TreeMap<>();
        for (int i = 0; i < pairs.size(); i++) {
            lists.computeIfAbsent(ALL, _ -> new ArrayList<>()).add(pairs.get(i));
            lists.computeIfAbsent(categories.get(i), _ -> new ArrayList<>()).add(pairs.get(i));
        }
        Map<String, JudgeScore> scores = new LinkedHashMap<>();
        lists.forEach((category, list) -> scores.put(category, of(list).orElseThrow()));
        return scores;
    }

    /**
     * xChatBench: scores from 1 to 5 as a percentage.
     *
     * @return empty if there are none
     */
    public static OptionalDouble xchat(List<? extends Number> scores) {
        double sum = 0;
        for (Number score : scores) {
            sum += score.doubleValue();
        }
        return scores.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(100 * (sum / scores.size() - 1) / 4);
    }
}
