// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

import dev.myna.kernels.TensorType;

/**
 * The shapes of the f32 product's operands, as {@link QuantTile} for quantized ones. Weights are laid out in chunks of {@link
 * #CHUNK} of the inner dimension, [chunk][row][CHUNK and padding] f32, activations as [inner][column] f32.
 *
 * @param vectors of activation rows: {@link QuantTile#WIDE}, or 1 where one holds them all
 */
public record FloatTile(Isa isa, int vectors) {
    public static final int CHUNK = 128;

    /** Keeps the rows of a chunk from falling on the same cache sets. */
    private static final int PADDING = 16;

    /**
     * Elements of a step of the kernel that multiplies stored weights; activations must be readable, and zero, up to a
     * multiple.
     */
    public static int step(Isa isa) {
        return switch (isa.architecture()) {
            case X64 -> 4 * isa.lanes();
            case ARM64 -> 8 * isa.lanes();
        };
    }

    public int rows() {
        return QuantTile.WIDE
                / vectors
                * switch (isa.architecture()) {
                    case X64 -> isa.avx512() ? 12 : 6;
                    case ARM64 -> 8;
                };
    }

    public int columns() {
        return vectors * isa.lanes();
    }

    /** For names of kernels. */
    public String label() {
        return rows() + "x" + columns() + " f32";
    }

    /** Bytes of a row of a chunk. */
    public int rowBytes() {
        return 4 * (CHUNK + PADDING);
    }

    /** Bytes of a chunk of weights. */
    public int record() {
        return rows() * rowBytes();
    }

    /** Bytes of a chunk of activations. */
    public int columnRecord() {
        return 4 * CHUNK * columns();
    }

    public static boolean reads(TensorType type) {
        return type == TensorType.F32 || type == TensorType.F16 || type == TensorType.BF16;
    }
}
