// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.kv;

import dev.myna.kernels.machine.Lanes;

/** The shape of a panel, the right operand of attention's tiles: rows of {@link #COLUMNS} f32 without gaps. */
public final class Panel {
    /** Columns of a panel: two vectors. */
    public static final int COLUMNS = 2 * Lanes.W;

    /** Bytes from row to row of a panel. */
    public static final long ROW = 2L * Lanes.BYTES;

    private Panel() {}
}
