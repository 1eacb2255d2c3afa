// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import dev.myna.kernels.Activation;
import dev.myna.kernels.cpu.math.PlainMath;

/** The functions of {@link VectorActivations} element by element, in the same operations. */
final class PlainActivations {
    private PlainActivations() {}

    static void apply(Activation f, float[] x, int count) {
        switch (f) {
            case GELU_ERF -> geluErf(x, count);
            case GELU_TANH -> geluTanh(x, count);
            case QUICK_GELU -> sigmoidGate(x, 1.702f, count);
            case SILU -> sigmoidGate(x, 1, count);
            case RELU -> relu(x, count);
            case HARDSIGMOID -> hardSigmoid(x, count);
            case HARDSWISH -> hardSwish(x, count);
        }
    }

    private static void sigmoidGate(float[] x, float beta, int count) {
        for (int i = 0; i < count; i++) {
            float v = x[i];
            x[i] = PlainMath.sigmoid(v * beta) * v;
        }
    }

    static void siluMul(float[] gate, float[] up, int count) {
        for (int i = 0; i < count; i++) {
            float v = gate[i];
            gate[i] = PlainMath.sigmoid(v) * v * up[i];
        }
    }

    private static void geluTanh(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            float v = x[i];
            float u = (v * v * VectorActivations.TANH_CUBIC + VectorActivations.TANH_LINEAR) * v;
            x[i] = PlainMath.sigmoid(u) * v;
        }
    }

    private static void geluErf(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            float v = x[i];
            float z = Math.abs(v) * 0.70710678f;
            float t = 1 / (z * 0.34f + 1);
            float p = Math.fma(-0.24698311f, t, 1.08761291f);
            p = Math.fma(p, t, -1.25098956f);
            p = Math.fma(p, t, 1.21119060f);
            p = Math.fma(p, t, -0.28603876f);
            p = Math.fma(p, t, 0.30506008f);
            p = Math.fma(p, t, 0.18014784f);
            float halfTail = PlainMath.exp(-(z * z)) * t * p * 0.5f;
            x[i] = (v < 0 ? halfTail : 1 - halfTail) * v;
        }
    }

    private static void relu(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(x[i], 0);
        }
    }

    private static void hardSigmoid(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = hardSigmoid(x[i]);
        }
    }

    private static void hardSwish(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            float v = x[i];
            x[i] = hardSigmoid(v) * v;
        }
    }

    private static float hardSigmoid(float v) {
        return Math.min(Math.max(v / 6 + 0.5f, 0), 1);
    }
}
