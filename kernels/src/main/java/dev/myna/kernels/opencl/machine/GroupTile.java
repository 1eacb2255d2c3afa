// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

/**
 * A tile of matmul.cl: what a group computes.
 *
 * @param rows weight rows
 * @param columns activation rows
 * @param itemRows those of a work-item
 * @param itemColumns those of a work-item
 */
public record GroupTile(int rows, int columns, int itemRows, int itemColumns) {
    /** For prompts and images. */
    static final GroupTile LARGE = new GroupTile(128, 64, 8, 8);

    /** For few rows, and for devices with small groups. */
    static final GroupTile SMALL = new GroupTile(64, 16, 4, 4);

    /** For devices with groups of 16 work-items. */
    static final GroupTile SMALLEST = new GroupTile(32, 8, 4, 4);

    public int itemsX() {
        return rows / itemRows;
    }

    public int itemsY() {
        return columns / itemColumns;
    }

    /** Bytes of local memory. */
    private long local() {
        return 32L * 4 * (rows + 4 + columns + 4);
    }

    boolean fits(ClTraits traits) {
        return itemsX() * itemsY() <= traits.groupSize() && local() <= traits.localBytes();
    }

    public String definitions() {
        return ClPrograms.define("BM", rows)
                + ClPrograms.define("BN", columns)
                + ClPrograms.define("RM", itemRows)
                + ClPrograms.define("RN", itemColumns)
                + ClPrograms.define("TX", itemsX())
                + ClPrograms.define("TY", itemsY());
    }
}
