// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

/**
 * The shapes of a tile with quantized weights: {@link #rows} weight rows times {@link #columns} activation rows. Panels of
 * weights and packed activations are sequences of records, each with 32 positions of the inner dimension:
 *
 * <pre>
 * weights       rows x 32 bytes, rows x 32/group f32 scales, as many f32 to subtract (or to add), padded to 32 bytes
 * activations   32 x columns bytes, as many bytes of masks where there are signs, 32/group x columns f32 scales, as many sums
 * </pre>
 *
 * @param group weights that share a scale, 16 or 32
 * @param vectors vectors of activation rows: {@link #MAX_VECTORS}, or 1 if one holds all activation rows
 * @param signs whether activations are magnitudes and masks ({@link Rounding.Kind#SIGNS})
 */
public record QuantTile(Isa isa, int group, int vectors, boolean signs) implements Tile {
    /** Weight rows of a band: a multiple of the tile's rows and of a vector's lanes. */
    public static final int BAND = 48;

    /** Vectors of activation rows in a full tile. */
    public static final int MAX_VECTORS = 2;

    /** Stored weights of one row that a kernel reads in one step. */
    public static final int STEP = 256;

    @Override
    public int rows() {
        return MAX_VECTORS
                / vectors
                * switch (isa.architecture()) {
                    case X64 -> isa.avx512() ? 6 : signs ? 4 : 3;
                    case ARM64 -> 6;
                };
    }

    /** Consecutive bytes of an activation row that lie together in a record, followed by those of the next row. */
    public int element() {
        return switch (isa) {
            case NEON_I8MM -> 8;
            case NEON -> 32;
            default -> 4;
        };
    }

    @Override
    public String label() {
        return rows() + "x" + columns() + " g" + group + (signs ? " signs" : "");
    }

    /** Groups of a record. */
    public int groups() {
        return 32 / group;
    }

    /** Offset of the scales in a record of weights. */
    public int scalesAt() {
        return 32 * rows();
    }

    /** Offset of the numbers to subtract (or to add) in a record of weights. */
    public int subtractAt() {
        return scalesAt() + 4 * rows() * groups();
    }

    @Override
    public int record() {
        return (subtractAt() + 4 * rows() * groups() + 31) & -32;
    }

    /** Positions in one square of packing: a vector of bytes, or a record if that is longer. */
    public int packedPositions() {
        return Math.max(32, isa.bytes());
    }

    /** Bytes from the packed activations of one vector of columns to those of the next. */
    public int packedStep() {
        return isa.lanes() * element();
    }

    /** Offset of the masks, if there are signs, in a record of activations. */
    public int columnMasksAt() {
        return 32 * columns();
    }

    /** Offset of the scales in a record of activations. */
    public int columnScalesAt() {
        return columnMasksAt() + (signs ? 32 * columns() : 0);
    }

    /** Offset of the sums in a record of activations. */
    public int columnSumsAt() {
        return columnScalesAt() + 4 * columns() * groups();
    }

    @Override
    public int columnRecord() {
        return columnSumsAt() + 4 * columns() * groups();
    }
}
