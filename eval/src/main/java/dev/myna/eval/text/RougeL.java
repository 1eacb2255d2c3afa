// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.text;

import dev.myna.loaders.datasets.PythonText;
import java.util.List;

/**
 * ROUGE-L of the COCO caption metrics: beta 1.2, the best precision and the best recall of all references, tokens between single
 * spaces (so nothing against nothing is 1).
 */
public final class RougeL {
    private static final double BETA = 1.2;

    private RougeL() {}

    /**
     * From 0 to 1.
     *
     * @param hypothesis tokens joined by spaces
     * @param references likewise, at least one
     */
    public static double of(String hypothesis, List<String> references) {
        List<String> own = PythonText.split(hypothesis, " ");
        double precision = 0;
        double recall = 0;
        for (String reference : references) {
            List<String> other = PythonText.split(reference, " ");
            double common = common(own, other);
            precision = Math.max(precision, common / own.size());
            recall = Math.max(recall, common / other.size());
        }
        if (precision == 0 || recall == 0) {
            return 0;
        }
        return (1 + BETA * BETA) * precision * recall / (recall + BETA * BETA * precision);
    }

    /** The length of the longest common subsequence. */
    private static int common(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String token : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = token.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }
}
