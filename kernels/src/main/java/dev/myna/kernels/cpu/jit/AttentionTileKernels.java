// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.machine.NativeMemory.putLong;

import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.cpu.jit.contract.Arguments.Attention;

/** The kernels that multiply the register tiles of attention: queries with keys, and weights with values. Safe for threads. */
public final class AttentionTileKernels {
    /** Bytes that {@link #multiply} needs for its arguments. */
    public static final int ARGUMENTS = Attention.BYTES;

    private final int maxRows;
    private final Kernel four;
    private final Kernel six;
    private final Kernel max;

    /**
     * @param maxRows rows of the largest tile
     * @param four for tiles of four rows
     * @param six for tiles of six rows
     * @param max for tiles of {@code maxRows}
     */
    AttentionTileKernels(int maxRows, Kernel four, Kernel six, Kernel max) {
        this.maxRows = maxRows;
        this.four = four;
        this.six = six;
        this.max = max;
    }

    /** Rows of a tile for many queries. */
    public int maxRows() {
        return maxRows;
    }

    /**
     * {@code c[rows, columns] = a[rows, inner] . panel[inner, columns]}, with two vectors of columns; added to c if {@code add}.
     *
     * @param arguments address of {@link #ARGUMENTS} bytes
     * @param rows 4, 6 or {@link #maxRows}
     * @param aStride bytes from row to row of a
     * @param inner at least 1
     * @param cStride bytes from row to row of c
     */
    public void multiply(
            long arguments, int rows, long a, long aStride, long panel, int inner, long c, long cStride, boolean add) {
        putLong(arguments + Attention.A, a);
        putLong(arguments + Attention.A_BYTES, aStride);
        putLong(arguments + Attention.PANEL, panel);
        putLong(arguments + Attention.INNER, inner);
        putLong(arguments + Attention.C, c);
        putLong(arguments + Attention.C_BYTES, cStride);
        putLong(arguments + Attention.ADD, add ? 1 : 0);
        (rows == 4 ? four : rows == 6 ? six : max).call(arguments);
    }
}
