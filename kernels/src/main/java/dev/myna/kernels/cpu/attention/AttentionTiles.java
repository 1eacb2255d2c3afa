// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.attention;

import dev.myna.kernels.cpu.jit.AttentionTileKernels;

/** The register tiles of attention's two matmuls: {@link AttentionTile}'s, or machine code of the same shapes. */
public sealed interface AttentionTiles {

    /** Rows of the tile that suits a number of queries: the one with less to pad. */
    int rowsFor(int queries);

    /** As {@link AttentionTile#multiply}; {@code arguments} is the address of a cache line to use. */
    void multiply(
            long arguments, int rows, long a, long aStride, long panel, int inner, long c, long cStride, boolean add);

    /** By the Vector API. */
    record Vectors() implements AttentionTiles {
        @Override
        public int rowsFor(int queries) {
            return AttentionTile.rowsFor(queries);
        }

        @Override
        public void multiply(
                long arguments,
                int rows,
                long a,
                long aStride,
                long panel,
                int inner,
                long c,
                long cStride,
                boolean add) {
            AttentionTile.multiply(rows, a, aStride, panel, inner, c, cStride, add);
        }
    }

    /** By machine code. */
    record MachineCode(AttentionTileKernels kernels) implements AttentionTiles {
        @Override
        public int rowsFor(int queries) {
            // A tile of twelve is faster and may pad more.
            return queries > 2 * kernels.maxRows() ? kernels.maxRows() : AttentionTile.rowsFor(queries);
        }

        @Override
        public void multiply(
                long arguments,
                int rows,
                long a,
                long aStride,
                long panel,
                int inner,
                long c,
                long cStride,
                boolean add) {
            kernels.multiply(arguments, rows, a, aStride, panel, inner, c, cStride, add);
        }
    }
}
