// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import static dev.myna.kernels.machine.NativeMemory.getFloat;
import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.format.BlockFormat;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;

/** The specification of {@link MatMul}: weights are dequantized, and sums taken in double precision, rounded once. */
public final class ScalarMatMul extends DirectMatMul {
    /** Every number of rows is computed in the same way. */
    private static final int FEW_ROWS = 8;

    /** By type, created at first use, so that a token allocates nothing. */
    private final Dequantizer[] dequantizers = new Dequantizer[TensorType.values().length];

    @Override
    public int fewRows() {
        return FEW_ROWS;
    }

    @Override
    public Dequantizer dequantizer(TensorType type) {
        Dequantizer known = dequantizers[type.ordinal()];
        if (known == null) {
            known = BlockFormat.of(type);
            dequantizers[type.ordinal()] = known;
        }
        return known;
    }

    @Override
    void multiply(MatMulJob job, int from, int to, Scratch scratch) {
        Dequantizer format = dequantizer(job.type());
        long weights = scratch.floats(job.k());
        for (int row = from; row < to; row++) {
            format.dequantize(job.weightRow(row), weights, job.k() / job.type().blockSize(), 0);
            for (int i = 0; i < job.n(); i++) {
                double sum = dot(weights, job.inRow(i), job.k());
                putFloat(job.outRow(i) + row * 4L, (float) (sum + job.bias(row)));
            }
        }
    }

    private static double dot(long a, long b, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) getFloat(a + i * 4L) * getFloat(b + i * 4L);
        }
        return sum;
    }
}
