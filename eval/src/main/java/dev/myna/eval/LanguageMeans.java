// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval;

import java.util.Map;

/**
 * The headline of a task with many languages: the mean, and the gap between the best and the worst language.
 *
 * @param mean over all languages
 * @param others mean over all but English, PangeaBench's {@code mul}; NaN without others
 * @param gap between the best and the worst language
 * @param best code of the best language, the first of equals; empty without any
 * @param worst code of the worst language, the first of equals; empty without any
 */
public record LanguageMeans(double mean, double others, double gap, String best, String worst) {
    private static final String ENGLISH = "en";

    /** The means of scores by language. */
    public static LanguageMeans of(Map<String, Double> scores) {
        double sum = 0;
        double othersSum = 0;
        int others = 0;
        double high = Double.NEGATIVE_INFINITY;
        double low = Double.POSITIVE_INFINITY;
        String best = "";
        String worst = "";
        for (Map.Entry<String, Double> entry : scores.entrySet()) {
            double score = entry.getValue();
            sum += score;
            if (score > high) {
                high = score;
                best = entry.getKey();
            }
            if (score < low) {
                low = score;
                worst = entry.getKey();
            }
            if (!entry.getKey().equals(ENGLISH)) {
                othersSum += score;
                others++;
            }
        }
        return best.isEmpty()
                ? new LanguageMeans(Double.NaN, Double.NaN, Double.NaN, "", "")
                : new LanguageMeans(sum / scores.size(), othersSum / others, high - low, best, worst);
    }
}
