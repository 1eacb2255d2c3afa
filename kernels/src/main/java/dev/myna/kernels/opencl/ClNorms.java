// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Norm;
import dev.myna.kernels.Norms;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.opencl.machine.ClWeight;
import dev.myna.kernels.operand.Checks;

/** Operations that look at whole rows: normalizations and softmax. A group takes one row, or a stretch of it. */
final class ClNorms implements Norms {
    private final ClMachine machine;

    ClNorms(ClMachine machine) {
        this.machine = machine;
    }

    @Override
    public void rmsNorm(Norm norm, Buffer in, Buffer out, int n) {
        ClBuffer from = ClOperands.buffer(in, "in", n);
        ClBuffer to = ClOperands.buffer(out, "out", n, from.width());
        ClWeight gain = ClOperands.weight(norm.gain(), "gain");
        int width = Math.multiplyExact(gain.rows(), gain.width());
        ClWeight factors = ClOperands.vector(gain, "gain", width);
        int segments = Checks.segments(from, "in", width);
        ClKernel kernel = machine.basic("rms_norm");
        synchronized (machine.queue()) {
            kernel.begin()
                    .buffer(from)
                    .memory(factors.memory())
                    .number(norm.eps())
                    .buffer(to)
                    .number(width);
            run(kernel, n * segments);
        }
    }

    @Override
    public void layerNorm(Norm norm, Buffer in, Buffer out, int n) {
        ClBuffer from = ClOperands.buffer(in, "in", n);
        ClBuffer to = ClOperands.buffer(out, "out", n, from.width());
        ClWeight factors = ClOperands.vector(norm.gain(), "gain", from.width());
        ClWeight terms = norm.bias() == null ? null : ClOperands.vector(norm.bias(), "bias", from.width());
        ClKernel kernel = machine.basic("layer_norm");
        synchronized (machine.queue()) {
            kernel.begin()
                    .buffer(from)
                    .memory(factors.memory())
                    .optional(terms, factors.memory())
                    .number(terms == null ? 0 : 1)
                    .number(norm.eps())
                    .buffer(to)
                    .number(from.width());
            run(kernel, n);
        }
    }

    @Override
    public void softmax(Buffer x, int n) {
        ClBuffer rows = ClOperands.buffer(x, "x", n);
        ClKernel kernel = machine.basic("softmax");
        synchronized (machine.queue()) {
            kernel.begin().buffer(rows).number(rows.width());
            run(kernel, n);
        }
    }

    private void run(ClKernel kernel, int n) {
        if (n > 0) {
            machine.queue().run(kernel, n, 1, 1, machine.shape().rowLanes(), 1);
        }
    }
}
