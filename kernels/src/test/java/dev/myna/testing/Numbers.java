// SPDX-License-Identifier: Apache-2.0
package dev.myna.testing;

/** Comparison of number arrays. */
public final class Numbers {
    private Numbers() {}

    /** The largest absolute difference; NaN differences count as infinite. */
    public static double maxAbs(float[] expected, float[] actual) {
        requireSameLength(expected, actual);
        double max = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - actual[i]);
            max = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(max, difference);
        }
        return max;
    }

    /** |actual - expected| / |expected| in the Euclidean norm; NaN counts as infinite. */
    public static double relativeL2(float[] expected, float[] actual) {
        requireSameLength(expected, actual);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = (double) expected[i] - actual[i];
            error += difference * difference;
            norm += (double) expected[i] * expected[i];
        }
        double relative = Math.sqrt(error / Math.max(norm, Double.MIN_NORMAL));
        return Double.isNaN(relative) ? Double.POSITIVE_INFINITY : relative;
    }

    private static void requireSameLength(float[] expected, float[] actual) {
        if (expected.length != actual.length) {
            throw new AssertionError("expected " + expected.length + " values, got " + actual.length);
        }
    }
}
