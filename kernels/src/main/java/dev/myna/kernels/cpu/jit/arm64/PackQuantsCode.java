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
import dev.myna.kernels.cpu.jit.contract.QuantTile;

/**
 * Packs the integers of four rounded activation rows. An iteration takes a record of 32 positions: it stores 4, 8 or all bytes
 * ({@link QuantTile#element}) of one row, then those of the next.
 */
final class PackQuantsCode {
    private static final X[] FROM = {X.X1, X.X2, X.X3, X.X4};
    private static final X TO = X.X5;
    private static final X RECORDS = X.X6;
    private static final X RECORD_BYTES = X.X7;
    private static final X ROW_BYTES = X.X8;

    private PackQuantsCode() {}

    static byte[] write(QuantTile tile) {
        KernelCode code = new KernelCode(tile.isa());
        Assembler a = code.a;
        V[][] rows = code.takeRows(FROM.length, 2);
        V[] work = code.take(4);
        Label next = new Label();
        a.ldr(FROM[0], argument(Pack.FROM));
        a.ldr(ROW_BYTES, argument(Pack.FROM_BYTES));
        for (int i = 1; i < FROM.length; i++) {
            a.add(FROM[i], FROM[i - 1], ROW_BYTES);
        }
        a.ldr(TO, argument(Pack.TO));
        a.ldr(RECORDS, argument(Pack.SQUARES));
        a.ldr(RECORD_BYTES, argument(Pack.SQUARE_BYTES));
        a.bind(next);
        for (int i = 0; i < FROM.length; i++) {
            a.ldp(rows[i][0].q(), rows[i][1].q(), Mem.post(FROM[i], 32));
        }
        for (int half = 0; half < 2; half++) {
            V[] sixteen = {rows[0][half], rows[1][half], rows[2][half], rows[3][half]};
            int at = 16 * half * tile.columns();
            switch (tile.element()) {
                case 4 -> quadruples(code, tile, sixteen, work, at);
                case 8 -> eights(a, tile, sixteen, work[0], at);
                default -> whole(a, sixteen, 16 * half);
            }
        }
        a.add(TO, TO, RECORD_BYTES);
        a.subs(RECORDS, RECORDS, 1);
        a.b(Condition.NE, next);
        return code.finish();
    }

    /** Stores vectors with four bytes of each of four rows. */
    private static void quadruples(KernelCode code, QuantTile tile, V[] rows, V[] work, int at) {
        code.transpose(rows, work);
        for (int i = 0; i < 4; i++) {
            code.a.str(rows[i].q(), Mem.at(TO, at + 4 * i * tile.columns()));
        }
    }

    /** Stores vectors with eight bytes of each of two rows. */
    private static void eights(Assembler a, QuantTile tile, V[] rows, V work, int at) {
        for (int i = 0; i < 4; i += 2) {
            a.trn1(work.d2(), rows[i].d2(), rows[i + 1].d2());
            a.str(work.q(), Mem.at(TO, at + 8 * i));
            a.trn2(work.d2(), rows[i].d2(), rows[i + 1].d2());
            a.str(work.q(), Mem.at(TO, at + 8 * tile.columns() + 8 * i));
        }
    }

    private static void whole(Assembler a, V[] rows, int at) {
        for (int i = 0; i < 4; i++) {
            a.str(rows[i].q(), Mem.at(TO, 32 * i + at));
        }
    }
}
