// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.elementwise;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.Activation;
import dev.myna.kernels.cpu.math.ScalarMath;

/** The specification of {@link ElementwiseKernels}: plain loops, functions in double precision, rounded once. */
public final class ScalarElementwise implements ElementwiseKernels {
    @Override
    public void activate(Activation f, long x, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, (float) ScalarMath.activate(f, getFloat(x + i * 4)));
        }
    }

    @Override
    public void siluMul(long gate, long up, long count) {
        for (long i = 0; i < count; i++) {
            double activated = ScalarMath.activate(Activation.SILU, getFloat(gate + i * 4));
            putFloat(gate + i * 4, (float) (activated * getFloat(up + i * 4)));
        }
    }

    @Override
    public void addScaled(long x, long y, float scale, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, (float) (getFloat(x + i * 4) + (double) scale * getFloat(y + i * 4)));
        }
    }

    @Override
    public void scale(long x, float factor, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, getFloat(x + i * 4) * factor);
        }
    }

    @Override
    public void mul(long x, long y, long count) {
        for (long i = 0; i < count; i++) {
            putFloat(x + i * 4, getFloat(x + i * 4) * getFloat(y + i * 4));
        }
    }
}
