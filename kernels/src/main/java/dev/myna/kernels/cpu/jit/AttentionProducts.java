// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.format.NativeMemory.putLong;

import java.util.function.IntFunction;

/** The register tiles of attention's two products in machine code. Safe for threads. */
public final class AttentionProducts {
    /** Bytes that {@link #multiply} needs for its arguments. */
    public static final int ARGUMENTS = AttentionCode.BYTES;

    private static final int MANY = 12;

    private final int lanes;
    private final Kernel four;
    private final Kernel six;
    private final Kernel many;

    /** @param kernels makes the kernel for a number of rows */
    AttentionProducts(Isa isa, IntFunction<Kernel> kernels) {
        lanes = isa.lanes();
        four = kernels.apply(4);
        six = kernels.apply(6);
        many = isa.avx512() ? kernels.apply(MANY) : six;
    }

    /** Elements of a vector; a panel has two vectors a row. */
    public int lanes() {
        return lanes;
    }

    /** Rows of a tile for many queries. */
    public int mostRows() {
        return many == six ? 6 : MANY;
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
        putLong(arguments + AttentionCode.A, a);
        putLong(arguments + AttentionCode.A_BYTES, aStride);
        putLong(arguments + AttentionCode.PANEL, panel);
        putLong(arguments + AttentionCode.INNER, inner);
        putLong(arguments + AttentionCode.C, c);
        putLong(arguments + AttentionCode.C_BYTES, cStride);
        putLong(arguments + AttentionCode.ADD, add ? 1 : 0);
        (rows == 4 ? four : rows == 6 ? six : many).call(arguments);
    }
}
