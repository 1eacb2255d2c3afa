// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.matmul;

import static dev.myna.kernels.machine.NativeMemory.putFloat;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.operand.MatMulJob;
import dev.myna.kernels.format.Dequantizer;
import dev.myna.kernels.machine.Scratch;

/**
 * Matmul of a band of weight rows with all activation rows. A panel of weight rows is expanded to f32 one stretch of
 * columns at a time and swept over the activations; F32 weights are read where they are. The sums of the stretches are added
 * in order, whatever the panel, so results depend neither on the bands nor on the number of activation rows.
 */
final class VectorPanels {
    /** Columns per stretch, a multiple of every block size: four rows of it fit the L1 cache with four of activations. */
    private static final int STRETCH = 1024;

    /** Weight rows per panel: 256 KiB of scratch, to stay in the L2 cache while the activations pass. */
    private static final int PANEL = 64;

    /** Scratch rows are padded by a cache line so that rows do not compete for the same cache sets. */
    private static final int STRIDE = STRETCH + 16;

    private VectorPanels() {}

    static void band(MatMulJob job, Dequantizer format, int from, int to, Scratch scratch) {
        // Few activation rows: each weight is used a few times, so four rows go through the L1 cache at a time.
        int panel = job.n() <= VectorDots.TILE ? VectorDots.TILE : PANEL;
        long partials = scratch.floats(VectorDots.PARTIALS + Dequantizer.WORK_BYTES / 4 + (long) panel * STRIDE);
        long work = partials + VectorDots.PARTIALS * 4L;
        long expanded = work + Dequantizer.WORK_BYTES;
        for (int first = from; first < to; first += panel) {
            int rows = Math.min(panel, to - first);
            startWithBias(job, first, rows);
            for (int column = 0; column < job.k(); column += STRETCH) {
                int columns = Math.min(STRETCH, job.k() - column);
                if (job.type() == TensorType.F32) {
                    sweep(
                            job,
                            first,
                            rows,
                            job.weightRow(first) + column * 4L,
                            job.k() * 4L,
                            column,
                            columns,
                            partials);
                } else {
                    expand(job, format, first, rows, column, columns, expanded, work);
                    sweep(job, first, rows, expanded, STRIDE * 4L, column, columns, partials);
                }
            }
        }
    }

    private static void startWithBias(MatMulJob job, int first, int rows) {
        for (int i = 0; i < job.n(); i++) {
            for (int row = first; row < first + rows; row++) {
                putFloat(job.outRow(i) + row * 4L, job.bias(row));
            }
        }
    }

    private static void expand(
            MatMulJob job, Dequantizer format, int first, int rows, int column, int columns, long to, long work) {
        long offset = job.type().bytes(column);
        int blocks = columns / job.type().blockSize();
        for (int row = 0; row < rows; row++) {
            format.dequantize(job.weightRow(first + row) + offset, to + row * (STRIDE * 4L), blocks, work);
        }
    }

    private static void sweep(
            MatMulJob job, int first, int rows, long weights, long stride, int column, int columns, long partials) {
        long in = job.inRow(0) + column * 4L;
        long out = job.outRow(0) + first * 4L;
        if (job.n() == 1) {
            VectorDots.byOne(weights, stride, rows, in, columns, out, partials);
            return;
        }
        long inStride = job.k() * 4L;
        long outStride = job.m() * 4L;
        for (int i = 0; i < job.n(); i += VectorDots.TILE) {
            int vectors = Math.min(VectorDots.TILE, job.n() - i);
            VectorDots.byFour(
                    weights,
                    stride,
                    rows,
                    in + i * inStride,
                    inStride,
                    vectors,
                    columns,
                    out + i * outStride,
                    outStride,
                    partials);
        }
    }
}
