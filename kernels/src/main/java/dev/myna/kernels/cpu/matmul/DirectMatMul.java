// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.machine.Scratch;

/** A matmul that needs no preparation. */
abstract class DirectMatMul implements MatMul {
    private static final int ROWS_PER_UNIT = 4;

    private MatMulJob job;

    /** Computes weight rows {@code from} to {@code to} of a job. */
    abstract void multiply(MatMulJob job, int from, int to, Scratch scratch);

    @Override
    public final void describe(MatMulJob job) {
        this.job = job;
    }

    @Override
    public final int preparations() {
        return 0;
    }

    @Override
    public final void prepare(int from, int to, Scratch scratch) {}

    @Override
    public final int rowsPerUnit() {
        return ROWS_PER_UNIT;
    }

    @Override
    public final void multiply(int from, int to, Scratch scratch) {
        multiply(job, from, to, scratch);
    }
}
