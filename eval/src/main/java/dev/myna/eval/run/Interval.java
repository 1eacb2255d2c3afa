// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Where a score lies if other questions of the same kind are asked: the 95 % interval of the mean over rows, by bootstrap with a fixed
 * seed.
 *
 * @param low lower end, from 0 to 100
 * @param high upper end
 */
public record Interval(double low, double high) {
    private static final int SAMPLES = 1000;
    private static final long SEED = 29;
    private static final double SAME = 1e-6;

    /**
     * The interval of a score.
     *
     * @param rows scores of rows, from 0 to 1; NaN does not count
     * @return empty if there are fewer than two rows, or if the score is not the mean of its rows
     */
    static Optional<Interval> of(double score, List<Double> rows) {
        double[] counted = rows.stream()
                .mapToDouble(Double::doubleValue)
                .filter(row -> !Double.isNaN(row))
                .toArray();
        double mean = 100 * Arrays.stream(counted).average().orElse(Double.NaN);
        if (counted.length < 2 || !(Math.abs(mean - score) < SAME)) {
            return Optional.empty();
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] means = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            double sum = 0;
            for (int k = 0; k < counted.length; k++) {
                sum += counted[random.nextInt(counted.length)];
            }
            means[i] = 100 * sum / counted.length;
        }
        Arrays.sort(means);
        return Optional.of(new Interval(means[(int) (0.025 * SAMPLES)], means[(int) (0.975 * SAMPLES) - 1]));
    }
}
