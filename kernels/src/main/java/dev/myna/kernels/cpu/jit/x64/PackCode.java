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

/**
 * Turns rows of 32-bit elements: element j of row i goes to place i of vector j. Such an element is an f32 or four int8
 * neighbours. The rows are a vector's lanes; vectors of neighbouring j follow each other at a distance, and blocks of j at
 * another.
 */
final class PackCode {

    private PackCode() {}

    /**
     * Writes the kernel.
     *
     * @param places where the j-th element of a square goes, in bytes from the square's place
     */
    static byte[] write(Isa isa, Convention convention, java.util.function.IntUnaryOperator places) {
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
            a.vmovups(Mem.at(R8, places.applyAsInt(j)), rows[j]);
        }
        a.add(RSI, isa.bytes());
        a.add(R8, RBX);
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, square);
        return code.finish();
    }
}
