// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/** Figures of repeated measurements, in their order; at least one. */
final class Samples {
    private final double[] values;

    Samples(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no samples");
        }
        this.values = values.clone();
    }

    /** Figures computed from times. */
    static Samples of(long[] nanos, LongToDoubleFunction figure) {
        return new Samples(Arrays.stream(nanos).mapToDouble(figure).toArray());
    }

    /** The middle one, or the mean of the middle two. */
    double median() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double mean() {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** Sample standard deviation, as llama-bench prints it; 0 for one sample. */
    double deviation() {
        if (values.length == 1) {
            return 0;
        }
        double mean = mean();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(squares / (values.length - 1));
    }

    double min() {
        return Arrays.stream(values).min().orElseThrow();
    }

    double max() {
        return Arrays.stream(values).max().orElseThrow();
    }

    double[] values() {
        return values.clone();
    }
}
