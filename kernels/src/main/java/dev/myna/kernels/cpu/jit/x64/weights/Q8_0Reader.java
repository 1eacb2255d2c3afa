// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.HighHalf;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/** Q8_0: f16 d, 32 signed bytes. u is the byte plus 128 (its top bit inverted), or the signed byte itself. */
final class Q8_0Reader extends WeightReader {
    private static final int BLOCK = 34;

    private final Vec signs;

    Q8_0Reader(KernelCode code) {
        super(code, TensorType.Q8_0);
        signs = signed() ? null : code.keep(code.everyByte(0x80));
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        f16s(row, 0, BLOCK, scale[0]);
        symmetric(scale, subtract);
    }

    @Override
    public void chunk(Gpr row, int chunk, Vec to) {
        if (code.isa.avx512()) {
            Mem low = Mem.at(row, 2 * chunk * BLOCK + 2);
            a.vmovups(to.as(32), low);
            a.vmovups(to, HighHalf.MASK, false, low.plus(BLOCK - 32));
        } else {
            a.vmovups(to, Mem.at(row, chunk * BLOCK + 2));
        }
        if (signs != null) {
            a.vpxord(to, to, signs);
        }
    }
}
