// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R10;
import static dev.myna.kernels.cpu.jit.Gpr.R11;
import static dev.myna.kernels.cpu.jit.Gpr.R12;
import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.R9;
import static dev.myna.kernels.cpu.jit.Gpr.RAX;
import static dev.myna.kernels.cpu.jit.Gpr.RBP;
import static dev.myna.kernels.cpu.jit.Gpr.RBX;
import static dev.myna.kernels.cpu.jit.Gpr.RCX;
import static dev.myna.kernels.cpu.jit.Gpr.RDI;
import static dev.myna.kernels.cpu.jit.Gpr.RDX;
import static dev.myna.kernels.cpu.jit.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.Assembler.Condition;

/** Expands a few stored rows of quantized weights to the records that {@link TileCode} reads ({@link QuantTile}). */
final class PanelCode {
    static final int ROW = 0;
    static final int ROW_BYTES = 8;
    static final int ROWS = 16;
    static final int STEPS = 24;
    static final int TAIL_BYTES = 32;
    static final int TAIL_SLOT = 40;
    static final int PANEL = 48;
    /** Working memory among the arguments, 128 bytes. */
    static final int WORK = 128;

    private PanelCode() {}

    static byte[] write(TensorType type, Isa isa, Convention convention) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        HighHalf.load(code);
        WeightReader reader = WeightReader.of(type, code);
        QuantTile tile = new QuantTile(isa, reader.group());
        Vec[] scale = narrow(code, reader);
        Vec[] subtract = narrow(code, reader);
        Vec weights = code.take();

        Label nextRow = new Label();
        Label step = new Label();
        Label full = new Label();
        Label done = new Label();
        a.mov(RBX, argument(ROW));
        a.mov(RBP, argument(ROWS));
        a.mov(R10, argument(PANEL));
        a.lea(RDX, Mem.at(R10, tile.scalesAt()));
        a.bind(nextRow);
        a.mov(RSI, RBX);
        a.mov(R8, R10);
        a.mov(R9, RDX);
        a.mov(R12, argument(TAIL_BYTES));
        a.mov(R11, argument(STEPS));
        a.test(R11, R11);
        a.jump(Condition.ZERO, full);

        a.bind(step);
        reader.scales(RSI, scale, subtract);
        for (int i = 0; i < scale.length; i++) {
            a.vmovups(argument(WORK + i * reader.scaleBytes()), scale[i]);
            a.vmovups(argument(WORK + 64 + i * reader.scaleBytes()), subtract[i]);
        }
        for (int chunk = 0; chunk < reader.chunks(); chunk++) {
            reader.chunk(RSI, chunk, weights);
            if (isa.avx512()) {
                a.vmovups(Mem.at(R8, 2 * chunk * tile.record()), weights.as(32));
                a.vextract256(Mem.at(R8, (2 * chunk + 1) * tile.record()), weights, 1);
            } else {
                a.vmovups(Mem.at(R8, chunk * tile.record()), weights);
            }
        }
        int perRecord = 32 / reader.group();
        for (int i = 0; i < reader.groups(); i++) {
            int to = i / perRecord * tile.record() + i % perRecord * 4;
            a.mov32(RAX, argument(WORK + 4 * i));
            a.mov32(RCX, argument(WORK + 64 + 4 * i));
            a.mov32(Mem.at(R9, to), RAX);
            a.mov32(Mem.at(R9, to + tile.subtractAt() - tile.scalesAt()), RCX);
        }
        a.add(RSI, reader.bytes());
        a.add(R8, 8 * tile.record());
        a.add(R9, 8 * tile.record());
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, step);

        a.bind(full);
        a.test(R12, R12);
        a.jump(Condition.ZERO, done);
        a.mov(RDI, argument(TAIL_SLOT));
        a.mov(RCX, R12);
        a.repMovsb();
        a.mov(RSI, argument(TAIL_SLOT));
        a.sub(R12, R12);
        a.mov32(R11, 1);
        a.jump(step);

        a.bind(done);
        a.add(R10, 32);
        a.add(RDX, 4 * perRecord);
        a.add(RBX, argument(ROW_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextRow);
        return code.finish();
    }

    private static Vec[] narrow(KernelCode code, WeightReader reader) {
        Vec[] all = new Vec[reader.scaleVectors()];
        for (int i = 0; i < all.length; i++) {
            all[i] = code.take().as(reader.scaleBytes());
        }
        return all;
    }
}
