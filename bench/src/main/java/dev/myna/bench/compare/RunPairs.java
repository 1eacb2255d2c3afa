// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import java.util.Arrays;
import java.util.List;

/**
 * Figures of two commands that ran in turns.
 *
 * @param pairs in the order they were run; at least one
 */
record RunPairs(List<Pair> pairs) {

    /** Which figure is the better one. */
    enum Better {
        HIGHER,
        LOWER
    }

    /** One run of each. */
    record Pair(double ours, double theirs, Better better) {
        /** Speed of ours relative to theirs. */
        double ratio() {
            return better == Better.HIGHER ? ours / theirs : theirs / ours;
        }
    }

    double medianRatio() {
        return median(pairs.stream().mapToDouble(Pair::ratio).toArray());
    }

    double lowestRatio() {
        return pairs.stream().mapToDouble(Pair::ratio).min().orElseThrow();
    }

    double highestRatio() {
        return pairs.stream().mapToDouble(Pair::ratio).max().orElseThrow();
    }

    double medianOurs() {
        return median(pairs.stream().mapToDouble(Pair::ours).toArray());
    }

    double medianTheirs() {
        return median(pairs.stream().mapToDouble(Pair::theirs).toArray());
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
