// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import static dev.myna.kernels.cpu.jit.arm64.KernelCode.argument;

import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Label;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.contract.Arguments.Pack;
import dev.myna.kernels.cpu.jit.contract.FloatTile;
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Turns four rows of 32-bit elements: element j of row i goes to place i of vector j. Such an element is an f32 or four int8
 * neighbours. Where matrices are multiplied (FEAT_I8MM), pairs of rows are joined instead: eight int8 neighbours of each.
 */
final class PackCode {
    private static final X FROM = X.X1;
    private static final X FROM_BYTES = X.X2;
    private static final X TO = X.X3;
    private static final X SQUARES = X.X4;
    private static final X SQUARE_BYTES = X.X5;
    private static final X[] ROWS = {X.X6, X.X7, X.X8, X.X9};

    /** Joins what is at the same place of four rows. */
    private interface Joining {
        void write(KernelCode code, V[] rows, V[] spare);
    }

    private PackCode() {}

    static byte[] floats(FloatTile tile) {
        int step = 16 * tile.vectors();
        return write(new KernelCode(tile.isa()), 1, KernelCode::transpose, (_, j) -> j * step);
    }

    /** A record of 32 positions at a time. */
    static byte[] quants(QuantTile tile) {
        KernelCode code = new KernelCode(tile.isa());
        int step = 16 * tile.vectors();
        return tile.isa().i8mm()
                ? write(code, 2, PackCode::pairs, (part, j) -> (2 * part + j / 2) * 2 * step + j % 2 * 16)
                : write(code, 2, KernelCode::transpose, (part, j) -> (4 * part + j) * step);
    }

    /** Four scales of each row at a time. */
    static byte[] scales(QuantTile tile) {
        int step = 16 * tile.vectors();
        int groups = tile.groups();
        return write(
                new KernelCode(tile.isa()),
                1,
                KernelCode::transpose,
                (_, j) -> j / groups * tile.columnRecord() + j % groups * step);
    }

    /** Rows 0 and 1 and rows 2 and 3: their first eight bytes, then their last ones. */
    private static void pairs(KernelCode code, V[] rows, V[] spare) {
        for (int i = 0; i < 4; i++) {
            code.a.mov(spare[i], rows[i]);
        }
        for (int i = 0; i < 2; i++) {
            code.a.zip1(rows[i].d2(), spare[2 * i].d2(), spare[2 * i + 1].d2());
            code.a.zip2(rows[2 + i].d2(), spare[2 * i].d2(), spare[2 * i + 1].d2());
        }
    }

    /** Where a joined vector goes, in bytes from the square's place. */
    private interface Places {
        int of(int part, int j);
    }

    /** @param parts pieces of 16 bytes of each row that are one square */
    private static byte[] write(KernelCode code, int parts, Joining joining, Places places) {
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
        for (int part = 0; part < parts; part++) {
            for (int i = 0; i < ROWS.length; i++) {
                a.ldr(rows[i].q(), Mem.post(ROWS[i], 16));
            }
            joining.write(code, rows, spare);
            for (int j = 0; j < rows.length; j++) {
                a.str(rows[j].q(), Mem.at(TO, places.of(part, j)));
            }
        }
        a.add(TO, TO, SQUARE_BYTES);
        a.subs(SQUARES, SQUARES, 1);
        a.b(Condition.NE, square);
        return code.finish();
    }
}
