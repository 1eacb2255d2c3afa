// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.machine.NativeMemory.putLong;

import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.cpu.jit.contract.Arguments.Attention;
import java.util.function.IntFunction;

/** The register tiles of attention's two products in machine code. Safe for threads. */
public final class AttentionProducts {
    /** Bytes that {@link #multiply} needs for its arguments. */
    public static final int ARGUMENTS = Attention.BYTES;

    private final int lanes;
    private final int mostRows;
    private final Kernel four;
    private final Kernel six;
    private final Kernel many;

    /**
     * Writes all of them.
     *
     * @param lanes elements of a vector
     * @param mostRows rows of the largest tile
     * @param kernels makes the kernel for a number of rows
     */
    AttentionProducts(int lanes, int mostRows, IntFunction<Kernel> kernels) {
        this.lanes = lanes;
        this.mostRows = mostRows;
        four = kernels.apply(4);
        six = kernels.apply(6);
        many = mostRows == 6 ? six : kernels.apply(mostRows);
    }

    /** Elements of a vector; a panel has two vectors a row. */
    public int lanes() {
        return lanes;
    }

    /** Rows of a tile for many queries. */
    public int mostRows() {
        return mostRows;
    }

    /**
     * {@code c[rows, columns] = a[rows, inner] . panel}, added to what c holds if {@code add}.
     *
     * @param arguments address of {@link #ARGUMENTS} bytes
     * @param rows 4, 6 or {@link #mostRows}
     * @param inner at least 1
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
        (rows == 4 ? four : rows == 6 ? six : many).call(arguments);
    }
}
