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
 * The frame of kernels that go through stored rows of weights, a step at a time. What remains of a row is copied to a slot
 * whose other bytes are zero, and read from there by the same step.
 *
 * <p>The place in the row is in rsi; rbx, rbp, r11 and r12 belong to the frame, rcx and rdi are changed between steps.
 */
final class RowLoop {
    /** How far ahead of a step memory is asked for: a page and a half, for the processor's own prefetching ends with the page. */
    private static final int PREFETCH = 6144;

    private RowLoop() {}

    /**
     * Writes the frame around its parts.
     *
     * @param bytes stored bytes of a step
     * @param begin what a row begins with
     * @param step reads a step at rsi
     * @param end what a row ends with
     */
    static void write(Assembler a, int bytes, Runnable begin, Runnable step, Runnable end) {
        Label nextRow = new Label();
        Label nextStep = new Label();
        Label full = new Label();
        Label done = new Label();
        a.mov(RBX, argument(ROW));
        a.mov(RBP, argument(ROWS));
        a.bind(nextRow);
        begin.run();
        a.mov(RSI, RBX);
        a.mov(R12, argument(TAIL_BYTES));
        a.mov(R11, argument(STEPS));
        a.test(R11, R11);
        a.jump(Condition.ZERO, full);

        a.bind(nextStep);
        step.run();
        a.add(RSI, bytes);
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, nextStep);

        a.bind(full);
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
     * Asks for the bytes of a later step, for the second-level cache: asking for the first one as well occupies its few miss
     * buffers for the whole way from memory.
     */
    static void prefetch(Assembler a, int bytes) {
        for (int line = 0; line < bytes; line += 64) {
            a.prefetcht1(Mem.at(RSI, PREFETCH + line));
        }
    }
}
