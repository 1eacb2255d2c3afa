// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Activation;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Linear;
import dev.myna.kernels.Matrices;
import dev.myna.kernels.Weight;
import dev.myna.kernels.opencl.machine.ClBuffer;
import dev.myna.kernels.opencl.machine.ClOperands;
import dev.myna.kernels.opencl.machine.ClWeight;
import dev.myna.kernels.opencl.matmul.ClMatMul;
import dev.myna.kernels.operand.Checks;

/** Operations on matrices of weights. */
final class ClMatrices implements Matrices {
    private final ClMatMul matmul;
    private final ClElementwise elementwise;

    ClMatrices(ClMatMul matmul, ClElementwise elementwise) {
        this.matmul = matmul;
        this.elementwise = elementwise;
    }

    @Override
    public void embed(Weight table, int[] ids, int offset, Buffer out, int n) {
        ClWeight weight = ClOperands.weight(table, "table");
        ClBuffer to = ClOperands.buffer(out, "out", n, weight.width());
        Checks.requireIds(ids, offset, n, weight.rows());
        for (int i = 0; i < n; i++) {
            matmul.embed(weight, ids[offset + i], to.slice(i, 1));
        }
    }

    @Override
    public void matmul(Linear linear, Buffer in, Buffer out, int n) {
        multiply(linear, in, out, ClMatMul.Ending.STORE, n);
    }

    @Override
    public void matmulAdd(Linear linear, Buffer in, Buffer x, int n) {
        multiply(linear, in, x, ClMatMul.Ending.ADD, n);
    }

    @Override
    public void gatedMatmul(Activation f, Linear up, Buffer in, Buffer gate, int n) {
        if (f == Activation.SILU) {
            multiply(up, in, gate, ClMatMul.Ending.SILU, n);
            return;
        }
        elementwise.activate(f, gate, n);
        multiply(up, in, gate, ClMatMul.Ending.MULTIPLY, n);
    }

    private void multiply(Linear linear, Buffer in, Buffer out, ClMatMul.Ending ending, int n) {
        ClWeight matrix = ClOperands.weight(linear.weight(), "weight");
        ClBuffer from = ClOperands.buffer(in, "in", n, matrix.width());
        ClBuffer to = ClOperands.buffer(out, "out", n, matrix.rows());
        ClOperands.requireApart(from, to);
        ClWeight bias = linear.bias() == null ? null : ClOperands.vector(linear.bias(), "bias", matrix.rows());
        matmul.multiply(matrix, bias, from, to, ending, n);
    }

    @Override
    public void matmulTransposed(Buffer in, Buffer rows, Buffer out, int n) {
        ClBuffer right = ClOperands.buffer(rows, "rows", 0);
        ClBuffer from = ClOperands.buffer(in, "in", n, right.width());
        ClBuffer to = ClOperands.buffer(out, "out", n, right.rows());
        ClOperands.requireApart(from, to);
        ClOperands.requireApart(right, to);
        matmul.multiply(right, from, to, n);
    }
}
