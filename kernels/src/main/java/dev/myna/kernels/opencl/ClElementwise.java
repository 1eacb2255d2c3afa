// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Elementwise;
import dev.myna.kernels.Weight;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClKernel;
import dev.myna.kernels.opencl.machine.ClMachine;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.opencl.machine.ClWeight;
import dev.myna.kernels.opencl.matmul.ClMatMul;
import dev.myna.kernels.operand.Checks;

/** Operations on each element by itself, in place. */
final class ClElementwise implements Elementwise {
    private final ClMachine machine;
    private final ClMatMul matmul;

    ClElementwise(ClMachine machine, ClMatMul matmul) {
        this.machine = machine;
        this.matmul = matmul;
    }

    @Override
    public void addScaled(Buffer x, Buffer y, float factor, int n) {
        ClBuffer target = ClOperands.buffer(x, "x", n);
        ClBuffer source = ClOperands.buffer(y, "y", n, target.width());
        ClKernel kernel = machine.basic("add_scaled");
        synchronized (machine.queue()) {
            kernel.begin().buffer(target).buffer(source).number(factor);
            run(kernel, target, n);
        }
    }

    @Override
    public void scale(Buffer x, float factor, int n) {
        ClBuffer target = ClOperands.buffer(x, "x", n);
        ClKernel kernel = machine.basic("scale");
        synchronized (machine.queue()) {
            kernel.begin().buffer(target).number(factor);
            run(kernel, target, n);
        }
    }

    @Override
    public void activate(Activation f, Buffer x, int n) {
        ClBuffer target = ClOperands.buffer(x, "x", n);
        ClKernel kernel = machine.basic("activate");
        synchronized (machine.queue()) {
            kernel.begin().number(number(f)).buffer(target);
            run(kernel, target, n);
        }
    }

    /** The number of a function in elementwise.cl. */
    private static int number(Activation f) {
        return switch (f) {
            case GELU_ERF -> 0;
            case GELU_TANH -> 1;
            case QUICK_GELU -> 2;
            case SILU -> 3;
            case RELU -> 4;
            case HARDSIGMOID -> 5;
            case HARDSWISH -> 6;
        };
    }

    @Override
    public void siluMul(Buffer gate, Buffer up, int n) {
        ClBuffer target = ClOperands.buffer(gate, "gate", n);
        ClBuffer factors = ClOperands.buffer(up, "up", n, target.width());
        ClKernel kernel = machine.basic("silu_mul");
        synchronized (machine.queue()) {
            kernel.begin().buffer(target).buffer(factors);
            run(kernel, target, n);
        }
    }

    @Override
    public void addRows(Buffer x, Weight rows, int n) {
        ClBuffer target = ClOperands.buffer(x, "x", n);
        ClWeight table = ClOperands.weight(rows, "rows");
        Checks.requireAddend(table.width(), target);
        if (n > 0) {
            matmul.addRows(target, table, n);
        }
    }

    @Override
    public void mulRow(Buffer x, Buffer row, int n) {
        ClBuffer target = ClOperands.buffer(x, "x", n);
        ClBuffer factors = ClOperands.buffer(row, "row", 1, target.width());
        ClKernel kernel = machine.basic("mul_row");
        synchronized (machine.queue()) {
            kernel.begin().buffer(target).buffer(factors).number(target.width());
            if (n > 0) {
                machine.queue().runElements(kernel, target.width(), n, 1);
            }
        }
    }

    /** The last argument is the number of elements. */
    private void run(ClKernel kernel, ClBuffer x, int n) {
        long count = (long) n * x.width();
        if (count > 0) {
            kernel.number(count);
            machine.queue().runElements(kernel, count, 1, 1);
        }
    }
}
