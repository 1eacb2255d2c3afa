// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.tile;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R12;
import static dev.myna.kernels.asm.x64.Gpr.R13;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.RAX;
import static dev.myna.kernels.asm.x64.Gpr.RBX;
import static dev.myna.kernels.asm.x64.Gpr.RDX;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Store.BIAS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Store.COLUMNS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Store.FROM;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Store.FROM_BYTES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Store.ROWS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Store.TO;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Store.TO_BYTES;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mask;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Writes a square of sums, [weight row][activation row], to the output, [activation row][weight row], and adds a bias. It loads
 * as many weight rows as a vector has lanes, transposes them in registers, and stores one activation row after the other
 * through a mask of the weight rows that exist.
 *
 * <p>Registers: r10 reads sums, r8 writes the output, r12 counts activation rows; vectors are the rows and as many for the
 * transpose, of which two then hold the bias and the mask.
 */
public final class StoreCode {

    private StoreCode() {}

    public static byte[] write(Isa isa, Convention convention) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        int lanes = isa.lanes();
        Vec[] rows = code.take(lanes);
        Vec[] spare = code.take(lanes);
        a.mov(R10, argument(FROM));
        a.mov(R13, argument(FROM_BYTES));
        for (Vec row : rows) {
            a.vmovups(row, Mem.at(R10, 0));
            a.add(R10, R13);
        }
        code.transpose(rows, spare);
        Vec bias = spare[0];
        Vec mask = spare[1];
        a.mov(RDX, argument(ROWS));
        a.mov(RBX, argument(BIAS));
        a.vmovups(bias, Mem.at(RBX, 0));
        if (isa.avx512()) {
            // As many ones as there are rows.
            a.mov32(RAX, 1);
            a.mov(Gpr.RCX, RDX);
            a.shlByCl(RAX);
            a.dec(RAX);
            a.kmovw(Mask.K1, RAX);
        } else {
            // A window in eight ones and eight zeros that begins where as many ones remain as there are rows.
            Mem window = code.ints(16, lane -> lane < 8 ? -1 : 0);
            a.lea(RAX, window);
            a.mov32(R8, 8);
            a.sub(R8, RDX);
            a.vmovups(mask, Mem.at(RAX, R8, 4, 0));
        }
        a.mov(R8, argument(TO));
        a.mov(R13, argument(TO_BYTES));
        a.mov(R12, argument(COLUMNS));
        Label done = new Label();
        for (int column = 0; column < lanes; column++) {
            a.vaddps(rows[column], rows[column], bias);
            if (isa.avx512()) {
                a.vmovups(Mem.at(R8, 0), Mask.K1, rows[column]);
            } else {
                a.vmaskmovps(Mem.at(R8, 0), mask, rows[column]);
            }
            a.add(R8, R13);
            a.dec(R12);
            a.jump(Condition.ZERO, done);
        }
        a.bind(done);
        return code.finish();
    }
}
