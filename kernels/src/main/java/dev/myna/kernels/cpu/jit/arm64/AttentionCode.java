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
import dev.myna.kernels.cpu.jit.contract.Arguments.Attention;
import dev.myna.kernels.cpu.jit.contract.Isa;

/**
 * Multiplies a tile of attention, {@code c[rows, columns] = a[rows, inner] . panel[inner, columns]} in f32, or {@code c +=};
 * columns are two vectors. An iteration takes four positions of the inner dimension: it loads eight vectors of the panel, and
 * for four rows at a time a vector of a, each of whose elements is multiplied with two vectors of the panel. Remaining
 * positions are multiplied one by one. Sums start from zero and are added to c at the end.
 *
 * <p>Vector registers of eight rows: 16 sums, 4 times 2 vectors of the panel, 4 rows of a: 28.
 */
final class AttentionCode {
    static final int MAX_ROWS = 8;

    private static final int POSITIONS = 4;
    private static final int TOGETHER = 4;
    private static final X PANEL = X.X1;
    private static final X COUNT = X.X2;
    private static final X LEFT = X.X3;
    private static final X C = X.X4;
    private static final X C_BYTES = X.X5;
    private static final X WORK = X.X6;
    private static final X[] A = {X.X8, X.X9, X.X10, X.X11, X.X12, X.X13, X.X14, X.X15};

    private final Assembler a;
    private final int rows;
    private final KernelCode code;
    private final V[] sums;
    private final V[] panel;
    private final V[] elements;

    private AttentionCode(Isa isa, int rows) {
        this.rows = rows;
        code = new KernelCode(isa);
        a = code.a;
        sums = code.take(2 * rows);
        panel = code.take(2 * POSITIONS);
        elements = code.take(TOGETHER);
    }

    /** @param rows at most {@link #MAX_ROWS} */
    static byte[] write(Isa isa, int rows) {
        return new AttentionCode(isa, rows).write();
    }

    private byte[] write() {
        Label four = new Label();
        Label rest = new Label();
        Label one = new Label();
        Label end = new Label();
        a.ldr(A[0], argument(Attention.A));
        a.ldr(WORK, argument(Attention.A_BYTES));
        for (int i = 1; i < rows; i++) {
            a.add(A[i], A[i - 1], WORK);
        }
        a.ldr(PANEL, argument(Attention.PANEL));
        a.ldr(COUNT, argument(Attention.INNER));
        a.and(LEFT, COUNT, POSITIONS - 1);
        a.lsr(COUNT, COUNT, 2);
        code.zero(sums);
        a.cbz(COUNT, rest);
        a.bind(four);
        multiply(POSITIONS);
        a.subs(COUNT, COUNT, 1);
        a.b(Condition.NE, four);
        a.bind(rest);
        a.cbz(LEFT, end);
        a.bind(one);
        multiply(1);
        a.subs(LEFT, LEFT, 1);
        a.b(Condition.NE, one);
        a.bind(end);
        store();
        return code.finish();
    }

    private void multiply(int positions) {
        for (int i = 0; i < positions; i++) {
            a.ldp(panel[2 * i].q(), panel[2 * i + 1].q(), Mem.post(PANEL, 32));
        }
        for (int first = 0; first < rows; first += TOGETHER) {
            int count = Math.min(TOGETHER, rows - first);
            for (int r = 0; r < count; r++) {
                V element = elements[r];
                a.ldr(positions == 1 ? element.s() : element.q(), Mem.post(A[first + r], 4 * positions));
            }
            for (int k = 0; k < positions; k++) {
                for (int i = 0; i < 2 * count; i++) {
                    V sum = sums[2 * first + i];
                    a.fmla(sum.s4(), panel[2 * k + i % 2].s4(), elements[i / 2].s(k));
                }
            }
        }
    }

    private void store() {
        Label store = new Label();
        a.ldr(C, argument(Attention.C));
        a.ldr(C_BYTES, argument(Attention.C_BYTES));
        a.ldr(WORK, argument(Attention.ADD));
        a.cbz(WORK, store);
        a.mov(WORK, C);
        for (int row = 0; row < rows; row++) {
            a.ldp(panel[0].q(), panel[1].q(), Mem.at(WORK));
            for (int v = 0; v < 2; v++) {
                V sum = sums[2 * row + v];
                a.fadd(sum.s4(), sum.s4(), panel[v].s4());
            }
            a.add(WORK, WORK, C_BYTES);
        }
        a.bind(store);
        for (int row = 0; row < rows; row++) {
            a.stp(sums[2 * row].q(), sums[2 * row + 1].q(), Mem.at(C));
            a.add(C, C, C_BYTES);
        }
    }
}
