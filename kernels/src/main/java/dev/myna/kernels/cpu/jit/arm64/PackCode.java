// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.contract.Arguments.Pack;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.QuantTile;
import java.util.function.IntUnaryOperator;

/**
 * Packs four rows of f32: element j of row i becomes lane i of vector j. An iteration loads one vector of each row, transposes
 * the square in registers, and stores its vectors.
 */
final class PackCode {
    private static final X FROM = X.X1;
    private static final X FROM_BYTES = X.X2;
    private static final X TO = X.X3;
    private static final X SQUARES = X.X4;
    private static final X SQUARE_BYTES = X.X5;
    private static final X[] ROWS = {X.X6, X.X7, X.X8, X.X9};

    private PackCode() {}

    static byte[] floats(FloatTile tile) {
        int step = 16 * tile.vectors();
        return write(new KernelCode(tile.isa()), j -> j * step);
    }

    /** Packs scales, or sums, four of each row at a time. */
    static byte[] scales(QuantTile tile) {
        int step = 16 * tile.vectors();
        int groups = tile.groups();
        return write(new KernelCode(tile.isa()), j -> j / groups * tile.columnRecord() + j % groups * step);
    }

    /** @param offsets offset in bytes of vector j from the address of the result */
    private static byte[] write(KernelCode code, IntUnaryOperator offsets) {
        Assembler a = code.a;
        V[] rows = code.take(4);
        V[] spare = code.take(4);
        Label square = new Label();
        a.ldr(FROM, argument(Pack.FROM));
        a.ldr(FROM_BYTES, argument(Pack.FROM_BYTES));
        a.ldr(TO, argument(Pack.TO));
        a.ldr(SQUARES, argument(Pack.SQUARES));
        a.ldr(SQUARE_BYTES, argument(Pack.SQUARE_BYTES));
        a.mov(ROWS[0], FROM);
        for (int i = 1; i < ROWS.length; i++) {
            a.add(ROWS[i], ROWS[i - 1], FROM_BYTES);
        }
        a.bind(square);
        for (int i = 0; i < ROWS.length; i++) {
            a.ldr(rows[i].q(), Mem.post(ROWS[i], 16));
        }
        code.transpose(rows, spare);
        for (int j = 0; j < rows.length; j++) {
            a.str(rows[j].q(), Mem.at(TO, offsets.applyAsInt(j)));
        }
        a.add(TO, TO, SQUARE_BYTES);
        a.subs(SQUARES, SQUARES, 1);
        a.b(Condition.NE, square);
        return code.finish();
    }
}
