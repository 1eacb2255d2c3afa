// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.TensorType;

/**
 * The shapes of the f32 product's operands, as {@link QuantTile} for quantized ones. Weights are laid out in chunks of {@link
 * #CHUNK} of the inner dimension, [chunk][row][CHUNK and padding] f32, activations as [inner][column] f32.
 *
 * @param vectors of activation rows: {@link QuantTile#WIDE}, or 1 where one holds them all
 */
record FloatTile(Isa isa, int vectors) {
    static final int CHUNK = 128;

    /** Keeps the rows of a chunk from falling on the same cache sets. */
    private static final int PADDING = 16;

    int rows() {
        return QuantTile.WIDE / vectors * (isa.avx512() ? 12 : 6);
    }

    int columns() {
        return vectors * isa.lanes();
    }

    /** Bytes of a row of a chunk. */
    int rowBytes() {
        return 4 * (CHUNK + PADDING);
    }

    /** Bytes of a chunk of weights. */
    int record() {
        return rows() * rowBytes();
    }

    /** Bytes of a chunk of activations. */
    int columnRecord() {
        return 4 * CHUNK * columns();
    }

    static boolean reads(TensorType type) {
        return type == TensorType.F32 || type == TensorType.F16 || type == TensorType.BF16;
    }

    /** Loads a whole vector of weights as f32. */
    static void load(KernelCode code, TensorType type, Vec to, Gpr row, int element) {
        switch (type) {
            case F32 -> code.a.vmovups(to, Mem.at(row, 4 * element));
            case F16 -> code.a.vcvtph2ps(to, Mem.at(row, 2 * element));
            case BF16 -> {
                code.a.vpmovzxwd(to, Mem.at(row, 2 * element));
                code.a.vpslld(to, to, 16);
            }
            default -> throw new IllegalArgumentException("not a float type: " + type);
        }
    }

    /** Names kernels. Written out: the first use of what the compiler provides makes the JVM write classes. */
    @Override
    public String toString() {
        return rows() + " x " + columns();
    }
}
