// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.code;

import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mask;

/** A mask of the upper eight elements of a zmm register, with which two blocks are loaded to one register. */
public final class HighHalf {
    public static final Mask MASK = Mask.K1;

    private HighHalf() {}

    public static void load(KernelCode code) {
        if (code.isa.avx512()) {
            code.a.mov32(Gpr.RAX, 0xff00);
            code.a.kmovw(MASK, Gpr.RAX);
        }
    }
}
