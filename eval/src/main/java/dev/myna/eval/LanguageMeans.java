// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval;

import java.util.Map;

/**
 * The headline of a task with many languages.
 *
 * @param mean over all languages
 * @param others mean over all but English, PangeaBench's {@code mul}; NaN without others
 * @param gap between the best and the worst language
 */
public record LanguageMeans(double mean, double others, double gap) {
    private static final String ENGLISH = "en";

    /** The means of scores by language. */
    public static LanguageMeans of(Map<String, Double> scores) {
        double sum = 0;
        double othersSum = 0;
        int others = 0;
        double best = Double.NEGATIVE_INFINITY;
        double worst = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, Double> score : scores.entrySet()) {
            sum += score.getValue();
            best = Math.max(best, score.getValue());
            worst = Math.min(worst, score.getValue());
            if (!score.getKey().equals(ENGLISH)) {
                othersSum += score.getValue();
                others++;
            }
        }
        return scores.isEmpty()
                ? new LanguageMeans(Double.NaN, Double.NaN, Double.NaN)
                : new LanguageMeans(sum / scores.size(), othersSum / others, best - worst);
    }
}
