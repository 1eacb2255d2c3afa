// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.math;

import dev.myna.kernels.Activation;

/** Functions of one number in double precision. */
public final class ScalarMath {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private ScalarMath() {}

    public static double activate(Activation f, double x) {
        return switch (f) {
            case GELU_ERF -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
            case SILU -> x / (1 + Math.exp(-x));
            case RELU -> Math.max(x, 0);
            case HARDSIGMOID -> hardSigmoid(x);
            case HARDSWISH -> x * hardSigmoid(x);
        };
    }

    private static double hardSigmoid(double x) {
        return Math.min(Math.max(x / 6 + 0.5, 0), 1);
    }

    /** The error function: its power series near zero, else the continued fraction of its complement. */
    static double erf(double x) {
        double magnitude = Math.abs(x);
        if (magnitude < 3) {
            double term = x;
            double sum = x;
            for (int i = 1; Math.abs(term) > 1e-17; i++) {
                term *= -x * x / i;
                sum += term / (2 * i + 1);
            }
            return TWO_OVER_SQRT_PI * sum;
        }
        double fraction = magnitude;
        for (int i = 60; i > 0; i--) {
            fraction = magnitude + i / 2.0 / fraction;
        }
        return Math.copySign(1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)), x);
    }

    /** Softmax in place. */
    public static void softmax(double[] values) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            max = Math.max(max, value);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.exp(values[i] - max);
            sum += values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= sum;
        }
    }
}
