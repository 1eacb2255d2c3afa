// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

import dev.myna.kernels.TensorType;

/**
 * The shapes of a tile with float weights, as {@link QuantTile} with quantized ones. A panel of weights is
 * [chunk][row][position] f32, with {@link #CHUNK} positions of the inner dimension and padding; packed activations are
 * [position][column] f32.
 *
 * @param vectors vectors of activation rows: {@link QuantTile#MAX_VECTORS}, or 1 if one holds all activation rows
 */
public record FloatTile(Isa isa, int vectors) implements Tile {
    /** Positions of the inner dimension in a record. */
    public static final int CHUNK = 128;

    /** Prevents that all rows of a chunk fall into the same cache sets. */
    private static final int PADDING = 16;

    /**
     * Elements of a step of the mat-vec kernel. Activations must be readable up to a multiple of it, and zero after the row's end.
     */
    public static int step(Isa isa) {
        return switch (isa.architecture()) {
            case X64 -> 4 * isa.lanes();
            case ARM64 -> 8 * isa.lanes();
        };
    }

    @Override
    public int rows() {
        return QuantTile.MAX_VECTORS
                / vectors
                * switch (isa.architecture()) {
                    case X64 -> isa.avx512() ? 12 : 6;
                    case ARM64 -> 8;
                };
    }

    @Override
    public String label() {
        return rows() + "x" + columns() + " f32";
    }

    /** Bytes of a row of a chunk. */
    public int rowBytes() {
        return 4 * (CHUNK + PADDING);
    }

    @Override
    public int record() {
        return rows() * rowBytes();
    }

    @Override
    public int columnRecord() {
        return 4 * CHUNK * columns();
    }

    /** Whether weights of this type are multiplied as floats. */
    public static boolean reads(TensorType type) {
        return type == TensorType.F32 || type == TensorType.F16 || type == TensorType.BF16;
    }
}
