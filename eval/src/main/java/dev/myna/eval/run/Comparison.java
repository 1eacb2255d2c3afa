// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Two runs on the questions that both answered.
 *
 * @param questions that both have
 * @param a score of the first run, from 0 to 100
 * @param b of the second
 * @param low lower end of the 95 % interval of b - a, by paired bootstrap with a fixed seed
 * @param high its upper end
 * @param mcNemar probability of a difference at least as large by chance, if all scores are right or wrong
 */
public record Comparison(
        String task,
        String language,
        int questions,
        double a,
        double b,
        double low,
        double high,
        OptionalDouble mcNemar) {
    private static final int SAMPLES = 2000;
    private static final long SEED = 29;

    /** All tasks and languages that both runs have. */
    public static List<Comparison> of(StoredRun first, StoredRun second) {
        List<Comparison> all = new ArrayList<>();
        first.rows()
                .forEach((task, languages) -> languages.forEach((language, rows) -> {
                    List<StoredRun.Row> others =
                            second.rows().getOrDefault(task, Map.of()).getOrDefault(language, List.of());
                    Map<String, Double> byId = new HashMap<>();
                    others.forEach(row -> byId.put(row.answered().id(), row.score()));
                    List<double[]> pairs = new ArrayList<>();
                    for (StoredRun.Row row : rows) {
                        Double other = byId.get(row.answered().id());
                        if (other != null && !Double.isNaN(other) && !Double.isNaN(row.score())) {
                            pairs.add(new double[] {row.score(), other});
                        }
                    }
                    if (!pairs.isEmpty()) {
                        all.add(of(task, language, pairs));
                    }
                }));
        return all;
    }

    private static Comparison of(String task, String language, List<double[]> pairs) {
        double a = 0;
        double b = 0;
        int onlyA = 0;
        int onlyB = 0;
        boolean choices = true;
        for (double[] pair : pairs) {
            a += pair[0];
            b += pair[1];
            choices &= (pair[0] == 0 || pair[0] == 1) && (pair[1] == 0 || pair[1] == 1);
            onlyA += pair[0] > pair[1] ? 1 : 0;
            onlyB += pair[1] > pair[0] ? 1 : 0;
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] differences = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            double sum = 0;
            for (int k = 0; k < pairs.size(); k++) {
                double[] pair = pairs.get(random.nextInt(pairs.size()));
                sum += pair[1] - pair[0];
            }
            differences[i] = 100 * sum / pairs.size();
        }
        Arrays.sort(differences);
        return new Comparison(
                task,
                language,
                pairs.size(),
                100 * a / pairs.size(),
                100 * b / pairs.size(),
                differences[(int) (0.025 * SAMPLES)],
                differences[(int) (0.975 * SAMPLES) - 1],
                choices ? OptionalDouble.of(exact(onlyA, onlyB)) : OptionalDouble.empty());
    }

    /** Two-sided exact test of McNemar: differing pairs are tosses of a fair coin. */
    static double exact(int onlyA, int onlyB) {
        int all = onlyA + onlyB;
        int few = Math.min(onlyA, onlyB);
        double tail = 0;
        double logChoose = 0;
        for (int k = 0; k <= few; k++) {
            tail += Math.exp(logChoose - all * Math.log(2));
            logChoose += Math.log(all - k) - Math.log(k + 1);
        }
        return Math.min(1, 2 * tail);
    }
}
