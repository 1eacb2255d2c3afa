// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.tile;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.contract.Arguments.Store;
import dev.myna.kernels.cpu.jit.contract.Isa;
import java.util.function.Consumer;

/**
 * Writes the sums of up to a band, [weight row][activation row], to the output, [activation row][weight row], and adds a bias.
 * An iteration loads four weight rows of four activation rows, transposes the square in registers, and stores the activation
 * rows that exist; the last one stores one to three weight rows.
 */
public final class StoreCode {
    private static final X FROM = X.X1;
    private static final X FROM_BYTES = X.X2;
    private static final X TO = X.X3;
    private static final X TO_BYTES = X.X4;
    private static final X COLUMNS = X.X5;
    private static final X ROWS = X.X6;
    private static final X BIAS = X.X7;
    private static final X COLUMN = X.X8;
    private static final X LEFT = X.X9;
    private static final X TO_ROW = X.X10;

    private StoreCode() {}

    public static byte[] write(Isa isa) {
        KernelCode code = new KernelCode(isa);
        Assembler a = code.a;
        V[] rows = code.take(4);
        V[] spare = code.take(4);
        V bias = spare[0];
        Label square = new Label();
        Label few = new Label();
        Label end = new Label();
        a.ldr(FROM, argument(Store.FROM));
        a.ldr(FROM_BYTES, argument(Store.FROM_BYTES));
        a.ldr(TO, argument(Store.TO));
        a.ldr(TO_BYTES, argument(Store.TO_BYTES));
        a.ldr(COLUMNS, argument(Store.COLUMNS));
        a.ldr(ROWS, argument(Store.ROWS));
        a.ldr(BIAS, argument(Store.BIAS));

        a.bind(square);
        for (V row : rows) {
            a.ldr(row.q(), Mem.at(FROM));
            a.add(FROM, FROM, FROM_BYTES);
        }
        code.transpose(rows, spare);
        a.ldr(bias.q(), Mem.post(BIAS, 16));
        for (V row : rows) {
            a.fadd(row.s4(), row.s4(), bias.s4());
        }
        a.mov(COLUMN, TO);
        a.mov(LEFT, COLUMNS);
        a.cmp(ROWS, rows.length);
        a.b(Condition.LO, few);
        Label next = new Label();
        columns(a, rows, next, row -> a.str(row.q(), Mem.at(COLUMN)));
        a.bind(next);
        a.add(TO, TO, 16);
        a.subs(ROWS, ROWS, rows.length);
        a.b(Condition.NE, square);
        a.b(end);

        a.bind(few);
        columns(a, rows, end, row -> {
            Label odd = new Label();
            Label done = new Label();
            a.mov(TO_ROW, COLUMN);
            a.tbz(ROWS, 1, odd);
            a.str(row.d(), Mem.post(TO_ROW, 8));
            a.dup(row.d(), row.d(1));
            a.bind(odd);
            a.tbz(ROWS, 0, done);
            a.str(row.s(), Mem.at(TO_ROW));
            a.bind(done);
        });
        a.bind(end);
        return code.finish();
    }

    /** Stores the columns that exist, then jumps to {@code done}. */
    private static void columns(Assembler a, V[] columns, Label done, Consumer<V> store) {
        for (V column : columns) {
            store.accept(column);
            a.add(COLUMN, COLUMN, TO_BYTES);
            a.subs(LEFT, LEFT, 1);
            a.b(Condition.EQ, done);
        }
    }
}
