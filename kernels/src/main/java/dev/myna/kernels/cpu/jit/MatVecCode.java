// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R10;
import static dev.myna.kernels.cpu.jit.Gpr.R11;
import static dev.myna.kernels.cpu.jit.Gpr.R12;
import static dev.myna.kernels.cpu.jit.Gpr.R13;
import static dev.myna.kernels.cpu.jit.Gpr.R14;
import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.R9;
import static dev.myna.kernels.cpu.jit.Gpr.RBP;
import static dev.myna.kernels.cpu.jit.Gpr.RBX;
import static dev.myna.kernels.cpu.jit.Gpr.RCX;
import static dev.myna.kernels.cpu.jit.Gpr.RDI;
import static dev.myna.kernels.cpu.jit.Gpr.RDX;
import static dev.myna.kernels.cpu.jit.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.cpu.jit.Assembler.Condition;

/**
 * Products of weight rows, as they are stored, with one to {@link #mostColumns} quantized activation rows ({@link
 * QuantizeCode}). A row is read once, 256 weights a step; what remains of it is copied to a slot whose other bytes are zero
 * and read from there.
 */
final class MatVecCode {
    // Arguments, as offsets in bytes.
    static final int ROW = 0;
    static final int ROW_BYTES = 8;
    static final int ROWS = 16;
    static final int STEPS = 24;
    static final int TAIL_BYTES = 32;
    static final int TAIL_SLOT = 40;
    static final int QUANTS = 48;
    static final int SCALES = 56;
    static final int SUMS = 64;
    /** Bytes from one activation row to the next. */
    static final int COLUMN_BYTES = 72;

    static final int OUT = 80;
    /** Bytes from one output row to the next. */
    static final int OUT_BYTES = 88;

    private static final int PREFETCH = 2048;

    private MatVecCode() {}

    static int mostColumns(Isa isa) {
        return isa.avx512() ? 4 : 2;
    }

    static byte[] write(TensorType type, Isa isa, Convention convention, int columns) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        HighHalf.load(code);
        WeightReader reader = WeightReader.of(type, code);
        int vectors = reader.scaleVectors();
        Vec[] sums = code.take(columns);
        Vec[] subtracted = narrow(code.take(columns), reader.scaleBytes());
        Vec[] scale = narrow(code.take(vectors), reader.scaleBytes());
        Vec[][] products = new Vec[columns][];
        for (int c = 0; c < columns; c++) {
            products[c] = c == columns - 1 ? scale : narrow(code.take(vectors), reader.scaleBytes());
        }
        Vec weights = code.take();
        Vec dots = code.take();
        Vec temporary = code.take();
        // The same registers: what is to be subtracted is done with before the first chunk.
        Vec[] subtract = narrow(vectors == 1 ? new Vec[] {dots} : new Vec[] {dots, temporary}, reader.scaleBytes());

        Label nextRow = new Label();
        Label step = new Label();
        Label full = new Label();
        Label reduce = new Label();
        a.mov(RBX, argument(ROW));
        a.mov(RBP, argument(ROWS));
        a.mov(RDX, argument(OUT));
        a.mov(R13, argument(COLUMN_BYTES));
        a.lea(R14, Mem.at(R13, R13, 2, 0));
        a.bind(nextRow);
        code.zero(sums);
        code.zero(subtracted);
        a.mov(RSI, RBX);
        a.mov(R8, argument(QUANTS));
        a.mov(R9, argument(SCALES));
        a.mov(R10, argument(SUMS));
        a.mov(R12, argument(TAIL_BYTES));
        a.mov(R11, argument(STEPS));
        a.test(R11, R11);
        a.jump(Condition.ZERO, full);

        a.bind(step);
        for (int line = 0; line < reader.bytes(); line += 64) {
            a.prefetcht0(Mem.at(RSI, PREFETCH + line));
        }
        reader.scales(RSI, scale, subtract);
        for (int c = 0; c < columns; c++) {
            for (int i = 0; i < vectors; i++) {
                a.vfnmadd231ps(subtracted[c], subtract[i], column(R10, c, i * reader.scaleBytes()));
            }
        }
        for (int c = 0; c < columns; c++) {
            for (int i = 0; i < vectors; i++) {
                a.vmulps(products[c][i], scale[i], column(R9, c, i * reader.scaleBytes()));
            }
        }
        for (int chunk = 0; chunk < reader.chunks(); chunk++) {
            reader.chunk(RSI, chunk, weights);
            for (int c = 0; c < columns; c++) {
                code.zero(dots);
                code.dot(dots, weights, column(R8, c, chunk * isa.bytes()), reader.large(), temporary);
                a.vcvtdq2ps(dots, dots);
                spread(code, reader, products[c], chunk, temporary);
                a.vfmadd231ps(sums[c], dots, temporary);
            }
        }
        a.add(RSI, reader.bytes());
        a.add(R8, WeightReader.STEP);
        a.add(R9, 4 * reader.groups());
        a.add(R10, 4 * reader.groups());
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, step);

        a.bind(full);
        a.test(R12, R12);
        a.jump(Condition.ZERO, reduce);
        a.mov(RDI, argument(TAIL_SLOT));
        a.mov(RCX, R12);
        a.repMovsb();
        a.mov(RSI, argument(TAIL_SLOT));
        a.sub(R12, R12);
        a.mov32(R11, 1);
        a.jump(step);

        a.bind(reduce);
        a.mov(RDI, RDX);
        for (int c = 0; c < columns; c++) {
            // A narrower instruction has cleared the rest of the register.
            a.vaddps(sums[c], sums[c], subtracted[c].as(isa.bytes()));
            code.sum(sums[c], temporary);
            a.vmovss(Mem.at(RDI, 0), sums[c]);
            if (c < columns - 1) {
                a.add(RDI, argument(OUT_BYTES));
            }
        }
        a.add(RDX, 4);
        a.add(RBX, argument(ROW_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextRow);
        return code.finish();
    }

    /** The place of activation row c: multiples of the stride are in r13 and r14. */
    static Mem column(Gpr base, int c, int disp) {
        return switch (c) {
            case 0 -> Mem.at(base, disp);
            case 1 -> Mem.at(base, R13, 1, disp);
            case 2 -> Mem.at(base, R13, 2, disp);
            case 3 -> Mem.at(base, R14, 1, disp);
            default -> throw new IllegalArgumentException("column " + c);
        };
    }

    /** Spreads a step's scales to the lanes of a chunk's sums, each of which has four neighbouring products. */
    private static void spread(KernelCode code, WeightReader reader, Vec[] scales, int chunk, Vec to) {
        int perVector = reader.scaleBytes() / 4;
        int first = chunk * code.isa.lanes() * 4 / reader.group();
        int offset = first % perVector;
        Vec table = scales[first / perVector].as(code.isa.bytes());
        code.a.vmovups(to, code.ints(code.isa.lanes(), lane -> offset + lane * 4 / reader.group()));
        code.a.vpermps(to, to, table);
    }

    private static Vec[] narrow(Vec[] all, int bytes) {
        Vec[] narrow = new Vec[all.length];
        for (int i = 0; i < all.length; i++) {
            narrow[i] = all[i].as(bytes);
        }
        return narrow;
    }
}
