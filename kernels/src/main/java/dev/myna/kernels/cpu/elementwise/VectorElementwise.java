// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import dev.myna.kernels.Activation;
import dev.myna.kernels.machine.Lanes;
import jdk.incubator.vector.FloatVector;

/** The operations with vectors; ends that do not fill a vector go through the scalar form. */
public final class VectorElementwise implements ElementwiseKernels {
    @Override
    public void activate(Activation f, long x, long count) {
        long done = switch (f) {
            case GELU_ERF -> VectorActivations.geluErf(x, count);
            case GELU_TANH -> VectorActivations.geluTanh(x, count);
            case QUICK_GELU -> VectorActivations.sigmoidGate(x, 1.702f, count);
            case SILU -> VectorActivations.sigmoidGate(x, 1, count);
            case RELU -> VectorActivations.relu(x, count);
            case HARDSIGMOID -> VectorActivations.hardSigmoid(x, count);
            case HARDSWISH -> VectorActivations.hardSwish(x, count);
        };
        ElementwiseKernels.super.activate(f, x + done * 4, count - done);
    }

    @Override
    public void siluMul(long gate, long up, long count) {
        long done = VectorActivations.siluMul(gate, up, count);
        ElementwiseKernels.super.siluMul(gate + done * 4, up + done * 4, count - done);
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(
                    Lanes.load(y + i * 4).fma(FloatVector.broadcast(Lanes.F, scale), Lanes.load(x + i * 4)), x + i * 4);
        }
        ElementwiseKernels.super.addScaled(x + i * 4, y + i * 4, scale, count - i);
    }

    @Override
    public void scale(long x, float factor, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4).mul(factor), x + i * 4);
        }
        ElementwiseKernels.super.scale(x + i * 4, factor, count - i);
    }

    @Override
    public void mul(long x, long y, long count) {
        long i = 0;
        for (; i <= count - Lanes.W; i += Lanes.W) {
            Lanes.store(Lanes.load(x + i * 4).mul(Lanes.load(y + i * 4)), x + i * 4);
        }
        ElementwiseKernels.super.mul(x + i * 4, y + i * 4, count - i);
    }
}
