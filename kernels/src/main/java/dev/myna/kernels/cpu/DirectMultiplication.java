// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.TensorType;

/** A product that needs no preparation. */
final class DirectMultiplication implements Multiplication {
    private static final int ROWS_PER_UNIT = 4;

    private final MatMulJob job = new MatMulJob();
    private final int fewRows;
    private final Rows rows;

    /** Computes weight rows {@code from} to {@code to} of a product. */
    interface Rows {
        void multiply(MatMulJob job, int from, int to, Scratch scratch);
    }

    DirectMultiplication(int fewRows, Rows rows) {
        this.fewRows = fewRows;
        this.rows = rows;
    }

    @Override
    public void describe(TensorType type, long weights, long bias, long in, long out, int m, int k, int n) {
        job.set(type, weights, bias, in, out, m, k, n);
    }

    @Override
    public int fewRows() {
        return fewRows;
    }

    @Override
    public int preparations() {
        return 0;
    }

    @Override
    public void prepare(int from, int to, Scratch scratch) {}

    @Override
    public int rowsPerUnit() {
        return ROWS_PER_UNIT;
    }

    @Override
    public void multiply(int from, int to, Scratch scratch) {
        rows.multiply(job, from, to, scratch);
    }
}
