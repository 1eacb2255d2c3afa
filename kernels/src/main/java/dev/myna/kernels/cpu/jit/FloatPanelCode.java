// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R10;
import static dev.myna.kernels.cpu.jit.Gpr.R11;
import static dev.myna.kernels.cpu.jit.Gpr.R12;
import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.RBP;
import static dev.myna.kernels.cpu.jit.Gpr.RBX;
import static dev.myna.kernels.cpu.jit.Gpr.RCX;
import static dev.myna.kernels.cpu.jit.Gpr.RDI;
import static dev.myna.kernels.cpu.jit.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.Assembler.Condition;

/** As {@link PanelCode}, with the same arguments, for float weights: a step is {@link FloatTile#CHUNK} weights. */
final class FloatPanelCode {
    private FloatPanelCode() {}

    static byte[] write(TensorType type, Isa isa, Convention convention) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        FloatTile tile = new FloatTile(isa);
        Vec weights = code.take();
        Label nextRow = new Label();
        Label step = new Label();
        Label full = new Label();
        Label done = new Label();
        a.mov(RBX, argument(PanelCode.ROW));
        a.mov(RBP, argument(PanelCode.ROWS));
        a.mov(R10, argument(PanelCode.PANEL));
        a.bind(nextRow);
        a.mov(RSI, RBX);
        a.mov(R8, R10);
        a.mov(R12, argument(PanelCode.TAIL_BYTES));
        a.mov(R11, argument(PanelCode.STEPS));
        a.test(R11, R11);
        a.jump(Condition.ZERO, full);

        a.bind(step);
        for (int i = 0; i < FloatTile.CHUNK; i += isa.lanes()) {
            FloatTile.load(code, type, weights, RSI, i);
            a.vmovups(Mem.at(R8, 4 * i), weights);
        }
        a.add(RSI, FloatTile.CHUNK * (type == TensorType.F32 ? 4 : 2));
        a.add(R8, tile.record());
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, step);

        a.bind(full);
        a.test(R12, R12);
        a.jump(Condition.ZERO, done);
        a.mov(RDI, argument(PanelCode.TAIL_SLOT));
        a.mov(RCX, R12);
        a.repMovsb();
        a.mov(RSI, argument(PanelCode.TAIL_SLOT));
        a.sub(R12, R12);
        a.mov32(R11, 1);
        a.jump(step);

        a.bind(done);
        a.add(R10, tile.rowBytes());
        a.add(RBX, argument(PanelCode.ROW_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextRow);
        return code.finish();
    }
}
