// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Q6_K: 128 bytes of low nibbles, 64 bytes of the upper two bits, 16 signed bytes of scales, f16 d. Each half of the block has
 * 64 bytes of nibbles and 32 bytes of upper bits, for four times 32 weights. A chunk shifts its upper bits to bits 4 and 5 and
 * joins them with the nibbles.
 */
class Q6_KReader extends WeightReader {
    static final int UPPER = 128;
    private static final int SCALES = 192;
    private static final int D = 208;

    final Vec upper;
    private final Vec mask;
    private final Vec upperMask;

    Q6_KReader(KernelCode code) {
        super(code, TensorType.Q6_K);
        upper = code.take();
        mask = code.take();
        a.vmovups(mask, code.everyByte(0x0f));
        upperMask = code.take();
        a.vmovups(upperMask, code.everyByte(0x30));
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        for (int i = 0; i < scale.length; i++) {
            a.vpmovsxbd(scale[i], Mem.at(row, SCALES + 8 * i));
            a.vcvtdq2ps(scale[i], scale[i]);
        }
        multiply(scale, Mem.at(row, D), upper);
        symmetric(scale, subtract);
    }

    @Override
    public void chunk(Gpr row, int chunk, Vec to) {
        int half = chunk / 4;
        int part = chunk % 4;
        a.vmovups(to, Mem.at(row, 64 * half + part % 2 * 32));
        a.vmovups(upper, Mem.at(row, UPPER + 32 * half));
        if (part > 1) {
            a.vpsrld(to, to, 4);
        }
        if (part < 2) {
            a.vpslld(upper, upper, 4 - 2 * part);
        } else if (part == 3) {
            a.vpsrld(upper, upper, 2);
        }
        joinUpperBits(to);
    }

    /** {@code to =} its low nibbles, joined with bits 4 and 5 of {@code upper}. */
    final void joinUpperBits(Vec to) {
        a.vpandd(to, to, mask);
        code.orMasked(to, upper, upperMask);
    }
}
