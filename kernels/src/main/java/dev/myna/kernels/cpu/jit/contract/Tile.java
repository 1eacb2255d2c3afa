// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.contract;

/**
 * The shape of a tile, {@link #rows} weight rows times {@link #columns} activation rows, and the records of its operands: a panel of
 * weights and packed activations are sequences of records, each with the same number of positions of the inner dimension.
 */
public sealed interface Tile permits FloatTile, QuantTile {
    Isa isa();

    /** Vectors of activation rows. */
    int vectors();

    /** Weight rows. */
    int rows();

    /** Activation rows. */
    default int columns() {
        return vectors() * isa().lanes();
    }

    /** Bytes of a record of weights. */
    int record();

    /** Bytes of a record of activations. */
    int columnRecord();

    /** Used in names of kernels. */
    String label();
}
