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
 * The frame of kernels that go through stored rows of weights, a step at a time. What remains of a row is copied to a slot
 * whose other bytes are zero, and read from there by the same step.
 *
 * <p>The place in the row is in {@link #PLACE}, which a step moves on; x2 to x5 belong to the frame, x6 and x7 are changed between
 * steps.
 */
final class RowLoop {
    static final X PLACE = WeightReader.ROW;
    private static final X ROW = X.X2;
    private static final X ROWS = X.X3;
    private static final X STEPS = X.X4;
    private static final X TAIL = X.X5;
    private static final X SLOT = X.X6;
    private static final X PIECE = X.X7;

    /** How far ahead of a step memory is asked for: a page and a half, for the processor's own prefetching ends with the page. */
    private static final int PREFETCH = 6144;

    private static final int LINE = 64;

    private RowLoop() {}

    /**
     * Writes the frame around its parts.
     *
     * @param begin what a row begins with
     * @param step reads a step and moves the place on
     * @param end what a row ends with
     */
    static void write(Assembler a, Runnable begin, Runnable step, Runnable end) {
        Label nextRow = new Label();
        Label nextStep = new Label();
        Label full = new Label();
        Label copy = new Label();
        Label done = new Label();
        a.ldr(ROW, argument(Rows.ROW));
        a.ldr(ROWS, argument(Rows.ROWS));
        a.bind(nextRow);
        begin.run();
        a.mov(PLACE, ROW);
        a.ldr(TAIL, argument(Rows.TAIL_BYTES));
        a.ldr(STEPS, argument(Rows.STEPS));
        a.cbz(STEPS, full);

        a.bind(nextStep);
        step.run();
        a.subs(STEPS, STEPS, 1);
        a.b(Condition.NE, nextStep);

        a.bind(full);
        a.cbz(TAIL, done);
        a.ldr(SLOT, argument(Rows.TAIL_SLOT));
        a.bind(copy);
        // Blocks of all types have an even number of bytes.
        a.ldrh(PIECE.w(), Mem.post(PLACE, 2));
        a.strh(PIECE.w(), Mem.post(SLOT, 2));
        a.subs(TAIL, TAIL, 2);
        a.b(Condition.NE, copy);
        a.ldr(PLACE, argument(Rows.TAIL_SLOT));
        a.mov(STEPS, 1);
        a.b(nextStep);

        a.bind(done);
        end.run();
        a.ldr(SLOT, argument(Rows.ROW_BYTES));
        a.add(ROW, ROW, SLOT);
        a.subs(ROWS, ROWS, 1);
        a.b(Condition.NE, nextRow);
    }

    /** Asks for the bytes of a later step, for the second-level cache: the first one's few miss buffers are for what is near. */
    static void prefetch(Assembler a, int bytes) {
        for (int line = 0; line < bytes; line += LINE) {
            a.prfm(Prefetch.PLDL2KEEP, Mem.at(PLACE, PREFETCH + line));
        }
    }
}
