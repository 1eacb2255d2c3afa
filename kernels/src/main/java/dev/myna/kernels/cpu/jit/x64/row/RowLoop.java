// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.row;

import static dev.myna.kernels.asm.x64.Gpr.R11;
import static dev.myna.kernels.asm.x64.Gpr.R12;
import static dev.myna.kernels.asm.x64.Gpr.RBP;
import static dev.myna.kernels.asm.x64.Gpr.RBX;
import static dev.myna.kernels.asm.x64.Gpr.RCX;
import static dev.myna.kernels.asm.x64.Gpr.RDI;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Rows.ROW;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Rows.ROWS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Rows.ROW_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Rows.STEPS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Rows.TAIL_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Rows.TAIL_SLOT;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Mem;

/**
 * The loops of kernels that read stored rows of weights: over rows, and over the steps of a row. The remainder of a row is
 * copied to a zeroed slot and read from there by one more step.
 *
 * <p>Registers: rsi is the address of the step, rbx that of the row, rbp counts rows, r11 steps, r12 has the bytes of the
 * remainder. rcx and rdi are overwritten between steps.
 */
final class RowLoop {
    /** Distance of prefetches in bytes: a page and a half, because the hardware prefetcher stops at the end of a page. */
    private static final int PREFETCH = 6144;

    private RowLoop() {}

    /**
     * Writes the loops.
     *
     * @param bytes stored bytes of a step
     * @param begin writes the code before the steps of a row
     * @param step writes the code of a step, which reads at rsi
     * @param end writes the code after the steps of a row
     */
    static void write(Assembler a, int bytes, Runnable begin, Runnable step, Runnable end) {
        Label nextRow = new Label();
        Label nextStep = new Label();
        Label remainder = new Label();
        Label done = new Label();
        a.mov(RBX, argument(ROW));
        a.mov(RBP, argument(ROWS));
        a.bind(nextRow);
        begin.run();
        a.mov(RSI, RBX);
        a.mov(R12, argument(TAIL_BYTES));
        a.mov(R11, argument(STEPS));
        a.test(R11, R11);
        a.jump(Condition.ZERO, remainder);

        a.bind(nextStep);
        step.run();
        a.add(RSI, bytes);
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, nextStep);

        a.bind(remainder);
        a.test(R12, R12);
        a.jump(Condition.ZERO, done);
        a.mov(RDI, argument(TAIL_SLOT));
        a.mov(RCX, R12);
        a.repMovsb();
        a.mov(RSI, argument(TAIL_SLOT));
        a.sub(R12, R12);
        a.mov32(R11, 1);
        a.jump(nextStep);

        a.bind(done);
        end.run();
        a.add(RBX, argument(ROW_BYTES));
        a.dec(RBP);
        a.jump(Condition.NOT_ZERO, nextRow);
    }

    /**
     * Prefetches the bytes of a later step into the second-level cache. A prefetch into the first-level cache would occupy one
     * of its few miss buffers until memory answers.
     */
    static void prefetch(Assembler a, int bytes) {
        for (int line = 0; line < bytes; line += 64) {
            a.prefetcht1(Mem.at(RSI, PREFETCH + line));
        }
    }
}
