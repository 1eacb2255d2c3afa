// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.row;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.Prefetch;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.weights.WeightReader;
import dev.myna.kernels.cpu.jit.contract.Arguments.Rows;

/**
 * The loops of kernels that read stored rows of weights: over rows, and over the steps of a row. The remainder of a row is
 * copied to a zeroed slot and read from there by one more step.
 *
 * <p>{@link WeightReader#ROW} is the address of the weights, which a step advances; the loops use x2 to x5, and overwrite x6 and x7
 * between steps.
 */
final class RowLoop {
    private static final X ROW_START = X.X2;
    private static final X ROWS = X.X3;
    private static final X STEPS = X.X4;
    private static final X TAIL = X.X5;
    private static final X SLOT = X.X6;
    private static final X HALFWORD = X.X7;

    /** Distance of prefetches in bytes: a page and a half, because the hardware prefetcher stops at the end of a page. */
    private static final int PREFETCH = 6144;

    private static final int LINE = 64;

    private RowLoop() {}

    /**
     * Writes the loops.
     *
     * @param begin writes the code before the steps of a row
     * @param step writes the code of a step, which advances {@link WeightReader#ROW}
     * @param end writes the code after the steps of a row
     */
    static void write(Assembler a, Runnable begin, Runnable step, Runnable end) {
        Label nextRow = new Label();
        Label nextStep = new Label();
        Label remainder = new Label();
        Label copy = new Label();
        Label done = new Label();
        a.ldr(ROW_START, argument(Rows.ROW));
        a.ldr(ROWS, argument(Rows.ROWS));
        a.bind(nextRow);
        begin.run();
        a.mov(WeightReader.ROW, ROW_START);
        a.ldr(TAIL, argument(Rows.TAIL_BYTES));
        a.ldr(STEPS, argument(Rows.STEPS));
        a.cbz(STEPS, remainder);

        a.bind(nextStep);
        step.run();
        a.subs(STEPS, STEPS, 1);
        a.b(Condition.NE, nextStep);

        a.bind(remainder);
        a.cbz(TAIL, done);
        a.ldr(SLOT, argument(Rows.TAIL_SLOT));
        a.bind(copy);
        // Blocks of all types have an even number of bytes.
        a.ldrh(HALFWORD.w(), Mem.post(WeightReader.ROW, 2));
        a.strh(HALFWORD.w(), Mem.post(SLOT, 2));
        a.subs(TAIL, TAIL, 2);
        a.b(Condition.NE, copy);
        a.ldr(WeightReader.ROW, argument(Rows.TAIL_SLOT));
        a.mov(STEPS, 1);
        a.b(nextStep);

        a.bind(done);
        end.run();
        a.ldr(SLOT, argument(Rows.ROW_BYTES));
        a.add(ROW_START, ROW_START, SLOT);
        a.subs(ROWS, ROWS, 1);
        a.b(Condition.NE, nextRow);
    }

    /**
     * Prefetches the bytes of a later step into the second-level cache, which leaves the few miss buffers of the first to other
     * loads.
     */
    static void prefetch(Assembler a, int bytes) {
        for (int line = 0; line < bytes; line += LINE) {
            a.prfm(Prefetch.PLDL2KEEP, Mem.at(WeightReader.ROW, PREFETCH + line));
        }
    }
}
