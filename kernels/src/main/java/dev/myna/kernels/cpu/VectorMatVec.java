// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.putFloat;

import dev.myna.kernels.cpu.matvec.RowDots;
import dev.myna.kernels.format.Lanes;

/**
 * Products of a band of weight rows with a few activation rows: the weights are read once, as stored. The band is read as
 * as many streams as the kernel takes rows per pass, each a contiguous part of the band, because the processor fetches ahead
 * within a stream and starts anew at every jump. Each result is computed alone, so it does not depend on the band.
 */
final class VectorMatVec {
    /** With more activation rows than this, expanding a weight once costs less than decoding it for each. */
    static final int MOST_ROWS = 4;

    /** f32 of factors that kernels keep beside their registers. */
    private static final int FACTORS = 64;

    private VectorMatVec() {}

    static boolean applies(MatMulJob job, RowDots dots) {
        return dots != null && job.n() <= MOST_ROWS && job.k() % dots.granularity() == 0;
    }

    static void band(MatMulJob job, RowDots dots, int from, int to, Scratch scratch) {
        long prepared = dots.preparedFloats(job.k());
        long sums = scratch.floats(dots.rows() * 16L + job.n() * prepared);
        long arranged = sums + dots.rows() * 64L;
        float[] factors = scratch.factors(FACTORS);
        long x0 = dots.prepare(job.inRow(0), job.k(), arranged);
        long step = (job.n() > 1 ? dots.prepare(job.inRow(1), job.k(), arranged + prepared * 4) : x0) - x0;
        for (int i = 2; i < job.n(); i++) {
            dots.prepare(job.inRow(i), job.k(), arranged + i * prepared * 4);
        }
        int streams = dots.rows();
        int part = (to - from) / streams;
        long rowBytes = job.weightBytes();
        for (int row = from; row < from + part; row++) {
            for (int i = 0; i < job.n(); i++) {
                dots.dots(job.weightRow(row), part * rowBytes, job.k(), x0 + i * step, sums, factors);
                for (int s = 0; s < streams; s++) {
                    store(job, dots, i, row + s * part, sums + s * (long) Lanes.BYTES);
                }
            }
        }
        // What is left over is less than one row per stream: the same row is computed in all of them.
        for (int row = from + part * streams; row < to; row++) {
            for (int i = 0; i < job.n(); i++) {
                dots.dots(job.weightRow(row), 0, job.k(), x0 + i * step, sums, factors);
                store(job, dots, i, row, sums);
            }
        }
    }

    private static void store(MatMulJob job, RowDots dots, int i, int row, long sums) {
        putFloat(job.outRow(i) + row * 4L, job.bias(row) + Lanes.sum(sums) * dots.unit());
    }
}
