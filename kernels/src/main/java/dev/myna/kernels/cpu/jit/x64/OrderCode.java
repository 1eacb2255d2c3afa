// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64;

import static dev.myna.kernels.asm.x64.Gpr.R11;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Order.COUNT;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Order.QUANTS;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;
import dev.myna.kernels.cpu.jit.x64.weights.WeightReader;

/**
 * Reorders rounded activations in place for a mat-vec kernel ({@link WeightReader#order}). An iteration loads a step of 256
 * bytes into 16 xmm registers and stores them in the other order; rsi is the address, r11 counts steps.
 */
final class OrderCode {

    private static final int RUN = 16;

    private OrderCode() {}

    static byte[] write(Isa isa, Convention convention, int[] order) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        Vec[] runs = code.take(order.length, RUN);
        Label next = new Label();
        a.mov(RSI, argument(QUANTS));
        a.mov(R11, argument(COUNT));
        a.bind(next);
        for (int i = 0; i < order.length; i++) {
            a.vmovups(runs[i], Mem.at(RSI, i * RUN));
        }
        for (int i = 0; i < order.length; i++) {
            a.vmovups(Mem.at(RSI, i * RUN), runs[order[i]]);
        }
        a.add(RSI, order.length * RUN);
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, next);
        return code.finish();
    }
}
