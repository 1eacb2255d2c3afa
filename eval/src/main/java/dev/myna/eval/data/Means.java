// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Scores that are means over rows. */
public final class Means {
    /** Name of the category in gold maps. */
    public static final String CATEGORY = "category";

    private Means() {}

    /**
     * The mean of the rows' scores in per cent, overall and by category.
     *
     * @param scores from 0 to 1, one a row
     */
    public static LanguageScore of(List<Answered> rows, List<Double> scores, Map<String, Double> metrics) {
        return of(rows, scores, metrics, scores.stream().map(Verdict::of).toList());
    }

    /**
     * The same with verdicts that do not follow from scores alone.
     *
     * @param verdicts one a row
     */
    public static LanguageScore of(
            List<Answered> rows, List<Double> scores, Map<String, Double> metrics, List<Verdict> verdicts) {
        Map<String, List<Double>> lists = new TreeMap<>();
        for (int i = 0; i < rows.size(); i++) {
            String category = rows.get(i).gold(CATEGORY);
            if (category != null) {
                lists.computeIfAbsent(category, _ -> new ArrayList<>()).add(scores.get(i));
            }
        }
        Map<String, Double> categories = new LinkedHashMap<>();
        lists.forEach((category, list) -> categories.put(category, percent(list)));
        return new LanguageScore(percent(scores), metrics, categories, scores, verdicts);
    }

    /** The mean in per cent; NaN without scores. */
    public static double percent(List<Double> scores) {
        double sum = 0;
        for (double score : scores) {
            sum += score;
        }
        return 100 * sum / scores.size();
    }
}
