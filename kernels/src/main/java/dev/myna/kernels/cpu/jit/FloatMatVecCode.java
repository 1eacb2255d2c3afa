// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R10;
import static dev.myna.kernels.cpu.jit.Gpr.R11;
import static dev.myna.kernels.cpu.jit.Gpr.R12;
import static dev.myna.kernels.cpu.jit.Gpr.R13;
import static dev.myna.kernels.cpu.jit.Gpr.R14;
import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.RBP;
import static dev.myna.kernels.cpu.jit.Gpr.RBX;
import static dev.myna.kernels.cpu.jit.Gpr.RCX;
import static dev.myna.kernels.cpu.jit.Gpr.RDI;
import static dev.myna.kernels.cpu.jit.Gpr.RDX;
import static dev.myna.kernels.cpu.jit.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.Assembler.Condition;

/** As {@link MatVecCode}, with the same arguments, for float weights and f32 activations (at {@code QUANTS}). */
final class FloatMatVecCode {
    private static final int VECTORS = 4;
    private static final int PREFETCH = 2048;

    private FloatMatVecCode() {}

    /** Elements of a step; activations must be readable, and zero, up to a multiple. */
    static int step(Isa isa) {
        return VECTORS * isa.lanes();
    }

    static byte[] write(TensorType type, Isa isa, Convention convention, int columns) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        Vec[][] sums = new Vec[columns][];
        for (int c = 0; c < columns; c++) {
            sums[c] = code.take(VECTORS);
        }
        Vec weights = code.take();
        Vec temporary = code.take();
        int bytes = step(isa) * (type == TensorType.F32 ? 4 : 2);

        Label nextRow = new Label();
        Label step = new Label();
        Label full = new Label();
        Label reduce = new Label();
        a.mov(RBX, argument(MatVecCode.ROW));
        a.mov(RBP, argument(MatVecCode.ROWS));
        a.mov(RDX, argument(MatVecCode.OUT));
        a.mov(R13, argument(MatVecCode.COLUMN_BYTES));
        a.lea(R14, Mem.at(R13, R13, 2, 0));
        a.bind(nextRow);
        for (Vec[] column : sums) {
            code.zero(column);
        }
        a.mov(RSI, RBX);
        a.mov(R8, argument(MatVecCode.QUANTS));
        a.mov(R12, argument(MatVecCode.TAIL_BYTES));
        a.mov(R11, argument(MatVecCode.STEPS));
        a.test(R11, R11);
        a.jump(Condition.ZERO, full);

        a.bind(step);
        for (int line = 0; line < bytes; line += 64) {
            a.prefetcht0(Mem.at(RSI, PREFETCH + line));
        }
        for (int i = 0; i < VECTORS; i++) {
            FloatTile.load(code, type, weights, RSI, i * isa.lanes());
            for (int c = 0; c < columns; c++) {
                a.vfmadd231ps(sums[c][i % sums[c].length], weights, MatVecCode.column(R8, c, i * isa.bytes()));
            }
        }
        a.add(RSI, bytes);
        a.add(R8, VECTORS * isa.bytes());
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, step);

        a.bind(full);
        a.test(R12, R12);
        a.jump(Condition.ZERO, reduce);
        a.mov(RDI, argument(MatVecCode.TAIL_SLOT));
        a.mov(RCX, R12);
        a.repMovsb();
        a.mov(RSI, argument(MatVecCode.TAIL_SLOT));
        a.sub(R12, R12);
        a.mov32(R11, 1);
        a.jump(step);

        a.bind(reduce);
        a.mov(R10, RDX);
        for (int c = 0; c < columns; c++) {
            for (int i = 1; i < sums[c].length; i++) {
                a.vaddps(sums[c][0], sums[c][0], sums[c][i]);
            }
            code.sum(sums[c][0], temporary);
            a.vmovss(Mem.at(R10, 0), sums[c][0]);
            if (c < columns - 1) {
                a.add(R10, argument(MatVecCode.OUT_BYTES));
            }
        }
        a.add(RDX, 4);
        a.add(RBX, argument(MatVecCode.ROW_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextRow);
        return code.finish();
    }
}
