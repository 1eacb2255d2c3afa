// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import dev.myna.kernels.cpu.math.VectorMath;
import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Activation functions in place on whole vectors. Each returns how many elements it did; the rest is the caller's. */
final class VectorActivations {
    static final float TANH_LINEAR = (float) (2 * Math.sqrt(2 / Math.PI));
    static final float TANH_CUBIC = 0.044715f * TANH_LINEAR;

    private VectorActivations() {}

    /** x sigmoid(beta x). */
    static long sigmoidGate(long x, float beta, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            FloatVector v = Lanes.load(x + i * 4);
            Lanes.store(VectorMath.sigmoid(v.mul(beta)).mul(v), x + i * 4);
        }
        return i;
    }

    /** gate = gate sigmoid(gate) up. */
    static long siluMul(long gate, long up, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            FloatVector v = Lanes.load(gate + i * 4);
            Lanes.store(VectorMath.sigmoid(v).mul(v).mul(Lanes.load(up + i * 4)), gate + i * 4);
        }
        return i;
    }

    /** (1 + tanh u) / 2 is sigmoid(2u). */
    static long geluTanh(long x, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            FloatVector v = Lanes.load(x + i * 4);
            FloatVector u = v.mul(v).mul(TANH_CUBIC).add(TANH_LINEAR).mul(v);
            Lanes.store(VectorMath.sigmoid(u).mul(v), x + i * 4);
        }
        return i;
    }

    /**
     * With z = |x| / sqrt 2 and t = 1 / (1 + 0.34 z), erfc(z) = e^(-z^2) t P(t) within 8e-10; P was fitted to that form by
     * reweighted least squares on [0, 4].
     */
    static long geluErf(long x, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            FloatVector v = Lanes.load(x + i * 4);
            FloatVector z = v.abs().mul(0.70710678f);
            FloatVector t = broadcast(1).div(z.mul(0.34f).add(1));
            FloatVector p = broadcast(-0.24698311f)
                    .fma(t, broadcast(1.08761291f))
                    .fma(t, broadcast(-1.25098956f))
                    .fma(t, broadcast(1.21119060f))
                    .fma(t, broadcast(-0.28603876f))
                    .fma(t, broadcast(0.30506008f))
                    .fma(t, broadcast(0.18014784f));
            FloatVector halfTail = VectorMath.exp(z.mul(z).neg()).mul(t).mul(p).mul(0.5f);
            FloatVector phi = broadcast(1).sub(halfTail).blend(halfTail, v.compare(VectorOperators.LT, 0));
            Lanes.store(phi.mul(v), x + i * 4);
        }
        return i;
    }

    static long relu(long x, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4).max(0), x + i * 4);
        }
        return i;
    }

    static long hardSigmoid(long x, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4).div(6).add(0.5f).max(0).min(1), x + i * 4);
        }
        return i;
    }

    static long hardSwish(long x, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            FloatVector v = Lanes.load(x + i * 4);
            Lanes.store(v.div(6).add(0.5f).max(0).min(1).mul(v), x + i * 4);
        }
        return i;
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }
}
