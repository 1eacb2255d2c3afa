// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

/**
 * The shapes of the quantized product's operands. A tile is {@link #rows} weight rows times {@link #columns} activation rows;
 * both are laid out in records of 32 of the inner dimension:
 *
 * <pre>
 * weights       rows x 32 unsigned bytes, rows x 32/group f32 scales, as many f32 to subtract, padded to 32 bytes
 * activations   8 x columns x 4 signed bytes, 32/group x columns f32 scales, as many f32 sums
 * </pre>
 *
 * @param group weights that share a scale, 16 or 32
 * @param vectors of activation rows: {@link #WIDE}, or 1 where one holds them all
 */
record QuantTile(Isa isa, int group, int vectors) {
    /** Weight rows of a band: a multiple of the tile's rows and of a vector's lanes. */
    static final int BAND = 48;

    static final int WIDE = 2;

    int rows() {
        return WIDE / vectors * (isa.avx512() ? 6 : 3);
    }

    int columns() {
        return vectors * isa.lanes();
    }

    /** Groups of a record. */
    int groups() {
        return 32 / group;
    }

    int scalesAt() {
        return 32 * rows();
    }

    int subtractAt() {
        return scalesAt() + 4 * rows() * groups();
    }

    /** Bytes of a record of weights. */
    int record() {
        return (subtractAt() + 4 * rows() * groups() + 31) & -32;
    }

    int columnScalesAt() {
        return 32 * columns();
    }

    int columnSumsAt() {
        return columnScalesAt() + 4 * columns() * groups();
    }

    /** Bytes of a record of activations. */
    int columnRecord() {
        return columnSumsAt() + 4 * columns() * groups();
    }

    /** Names kernels. Written out: the first use of what the compiler provides makes the JVM write classes. */
    @Override
    public String toString() {
        return rows() + " x " + columns() + " of " + group;
    }
}
