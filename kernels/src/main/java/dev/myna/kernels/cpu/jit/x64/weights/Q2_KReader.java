// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Q2_K: 16 bytes with a 4-bit scale in the low and a 4-bit minimum in the high nibble, 64 bytes of quants, f16 d and dmin. Each
 * 32 bytes of quants hold four times 32 weights, two bits each. A chunk is a load, a shift and a mask.
 */
final class Q2_KReader extends WeightReader {
    private static final int QUANTS = 16;
    private static final int D = 80;
    private static final int D_MIN = 82;

    private final Vec work;
    private final Vec mask;

    Q2_KReader(KernelCode code) {
        super(code, TensorType.Q2_K);
        work = code.take();
        mask = code.take();
        a.vmovups(mask, code.everyByte(3));
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        for (int i = 0; i < scale.length; i++) {
            a.vpmovzxbd(scale[i], Mem.at(row, 8 * i));
            a.vpsrld(subtract[i], scale[i], 4);
            a.vpandd(scale[i], scale[i], code.everyInt(15));
            a.vcvtdq2ps(scale[i], scale[i]);
            a.vcvtdq2ps(subtract[i], subtract[i]);
        }
        multiply(scale, Mem.at(row, D), work);
        multiply(subtract, Mem.at(row, D_MIN), work);
    }

    @Override
    public void chunk(Gpr row, int chunk, Vec to) {
        bitPairs(row, QUANTS, chunk, to);
        a.vpandd(to, to, mask);
    }
}
