// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import static dev.myna.kernels.format.NativeMemory.getFloat;
import static dev.myna.kernels.format.NativeMemory.putFloat;

import dev.myna.kernels.format.NativeMemory;

/**
 * Unmasked attention of one head: its keys are transposed and its values gathered once, then four queries at a time become scores, weights and
 * outputs by two products without reductions.
 */
final class VectorAttention {
    /** Queries per pass: the rows of one register tile. */
    private static final int QUERIES = 4;

    private VectorAttention() {}

    static void full(FullAttentionJob job, int unit, Scratch scratch) {
        int dim = job.heads().dim();
        int padded = padded(job.group());
        long rowBytes = padded * 4L;
        long transposed = scratch.floats((dim + (long) QUERIES) * padded + (long) job.group() * dim);
        long scores = transposed + dim * rowBytes;
        long values = scores + QUERIES * rowBytes;
        // Rows of all heads are often a power of two apart and would compete for a few cache sets.
        for (int i = 0; i < job.group(); i++) {
            NativeMemory.copy(
                    job.value() + job.kvOffset(unit) + i * job.kvRowBytes(), values + i * (dim * 4L), dim * 4L);
        }
        transpose(job.key() + job.kvOffset(unit), job.kvRowBytes(), job.group(), dim, transposed, rowBytes);
        for (int row = 0; row < job.group(); row += QUERIES) {
            int rows = Math.min(QUERIES, job.group() - row);
            long offset = job.queryOffset(unit) + row * job.queryRowBytes();
            NativeMemory.zero(scores, rows * rowBytes);
            VectorGemm.accumulate(job.query() + offset, job.queryRowBytes(), rows, transposed, rowBytes, dim,
                    wholeVectors(job.group()), scores, rowBytes);
            for (int i = 0; i < rows; i++) {
                VectorNorms.softmax(scores + i * rowBytes, job.group(), job.heads().scale());
                NativeMemory.zero(job.out() + offset + i * job.queryRowBytes(), dim * 4L);
            }
            VectorGemm.accumulate(scores, rowBytes, rows, values, dim * 4L, job.group(), dim, job.out() + offset,
                    job.queryRowBytes());
        }
    }

    /** Columns rounded up to whole vectors of any width; what the extra ones hold is never used. */
    static int wholeVectors(int columns) {
        return Math.addExact(columns, 15) & -16;
    }

    /** Floats from row to row: whole vectors and a cache line more, against rows that compete for the same cache sets. */
    static int padded(int columns) {
        return Math.addExact(wholeVectors(columns), 16);
    }

    /** {@code to[i, j] = from[j, i]} for {@code rows} rows of {@code width}; zero in the columns up to whole vectors. */
    static void transpose(long from, long stride, int rows, int width, long to, long toStride) {
        for (int j = 0; j < rows; j++) {
            for (int i = 0; i < width; i++) {
                putFloat(to + i * toStride + j * 4L, getFloat(from + j * stride + i * 4L));
            }
        }
        for (int j = rows; j < wholeVectors(rows); j++) {
            for (int i = 0; i < width; i++) {
                putFloat(to + i * toStride + j * 4L, 0);
            }
        }
    }
}
