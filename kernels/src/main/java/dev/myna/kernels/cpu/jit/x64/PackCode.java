// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R11;
import static dev.myna.kernels.asm.x64.Gpr.R13;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.RBX;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Pack.FROM;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Pack.FROM_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Pack.SQUARES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Pack.SQUARE_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Pack.TO;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import java.util.function.IntUnaryOperator;

/**
 * Packs rows of 32-bit elements (f32, or four int8): element j of row i becomes lane i of vector j. An iteration loads one
 * vector of each row, transposes the square in registers, and stores its vectors.
 *
 * <p>Registers: rsi is the address of the square in the first row, r13 the bytes between rows, r8 the address of the result,
 * rbx the bytes between results; r11 counts squares.
 */
final class PackCode {

    private PackCode() {}

    /**
     * Writes the kernel.
     *
     * @param offsets offset in bytes of vector j from the address of the result
     */
    static byte[] write(Isa isa, Convention convention, IntUnaryOperator offsets) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        Vec[] rows = code.take(isa.lanes());
        Vec[] spare = code.take(isa.lanes());
        Label square = new Label();
        a.mov(RSI, argument(FROM));
        a.mov(R13, argument(FROM_BYTES));
        a.mov(R8, argument(TO));
        a.mov(R11, argument(SQUARES));
        a.mov(RBX, argument(SQUARE_BYTES));
        a.bind(square);
        a.mov(R10, RSI);
        for (Vec row : rows) {
            a.vmovups(row, Mem.at(R10, 0));
            a.add(R10, R13);
        }
        code.transpose(rows, spare);
        for (int j = 0; j < isa.lanes(); j++) {
            a.vmovups(Mem.at(R8, offsets.applyAsInt(j)), rows[j]);
        }
        a.add(RSI, isa.bytes());
        a.add(R8, RBX);
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, square);
        return code.finish();
    }
}
