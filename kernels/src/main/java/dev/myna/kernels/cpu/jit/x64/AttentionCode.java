// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R11;
import static dev.myna.kernels.asm.x64.Gpr.R12;
import static dev.myna.kernels.asm.x64.Gpr.R13;
import static dev.myna.kernels.asm.x64.Gpr.R14;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.R9;
import static dev.myna.kernels.asm.x64.Gpr.RAX;
import static dev.myna.kernels.asm.x64.Gpr.RBX;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Attention.A;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Attention.ADD;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Attention.A_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Attention.C;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Attention.C_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Attention.INNER;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Attention.PANEL;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Multiplies a tile of attention, {@code c[rows, columns] = a[rows, inner] . panel[inner, columns]} in f32, or {@code c +=};
 * columns are two vectors. An iteration takes one position of the inner dimension: it loads two vectors of the panel, repeats
 * the element of each row of a over a register, and multiplies and adds. Sums start from zero and are added to c at the end.
 *
 * <p>Registers: rsi, rbx and r10 are the addresses of rows 0, 4 and 8 of a, r13 and r14 one and three times the bytes between
 * rows, r8 the address in the panel; r11 counts positions. Vectors: two sums for each row, two of the panel, one element.
 */
final class AttentionCode {

    private static final int VECTORS = 2;

    private AttentionCode() {}

    /** @param rows a multiple of 4, or 6; at most 12 where there are 32 registers, 6 elsewhere */
    static byte[] write(Isa isa, Convention convention, int rows) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        Vec[] sums = code.take(VECTORS * rows);
        Vec[] panel = code.take(VECTORS);
        Vec element = code.take();
        Gpr[] bases = {RSI, RBX, R10};
        a.mov(RSI, argument(A));
        a.mov(R13, argument(A_BYTES));
        a.lea(R14, Mem.at(R13, R13, 2, 0));
        for (int i = 4; i < rows; i += 4) {
            a.lea(bases[i / 4], Mem.at(bases[i / 4 - 1], R13, 4, 0));
        }
        a.mov(R8, argument(PANEL));
        a.mov(R11, argument(INNER));
        code.zero(sums);
        Label next = new Label();
        a.bind(next);
        for (int v = 0; v < VECTORS; v++) {
            a.vmovups(panel[v], Mem.at(R8, v * isa.bytes()));
        }
        for (int row = 0; row < rows; row++) {
            Gpr base = bases[row / 4];
            a.vbroadcastss(
                    element,
                    switch (row % 4) {
                        case 0 -> Mem.at(base, 0);
                        case 1 -> Mem.at(base, R13, 1, 0);
                        case 2 -> Mem.at(base, R13, 2, 0);
                        default -> Mem.at(base, R14, 1, 0);
                    });
            for (int v = 0; v < VECTORS; v++) {
                a.vfmadd231ps(sums[VECTORS * row + v], element, panel[v]);
            }
        }
        for (int i = 0; i < rows; i += 4) {
            a.add(bases[i / 4], 4);
        }
        a.add(R8, VECTORS * isa.bytes());
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, next);

        a.mov(R9, argument(C));
        a.mov(R12, argument(C_BYTES));
        a.mov(RAX, argument(ADD));
        Label store = new Label();
        a.test(RAX, RAX);
        a.jump(Condition.ZERO, store);
        a.mov(R8, R9);
        for (int row = 0; row < rows; row++) {
            for (int v = 0; v < VECTORS; v++) {
                Vec sum = sums[VECTORS * row + v];
                a.vaddps(sum, sum, Mem.at(R8, v * isa.bytes()));
            }
            a.add(R8, R12);
        }
        a.bind(store);
        for (int row = 0; row < rows; row++) {
            for (int v = 0; v < VECTORS; v++) {
                a.vmovups(Mem.at(R9, v * isa.bytes()), sums[VECTORS * row + v]);
            }
            a.add(R9, R12);
        }
        return code.finish();
    }
}
