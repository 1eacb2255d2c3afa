// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/** Loads stored weights of float types. */
public final class FloatWeights {
    private FloatWeights() {}

    /** Loads a vector of weights as f32: one instruction for F32 and F16, two for BF16. */
    public static void load(KernelCode code, TensorType type, Vec to, Gpr row, int element) {
        switch (type) {
            case F32 -> code.a.vmovups(to, Mem.at(row, 4 * element));
            case F16 -> code.a.vcvtph2ps(to, Mem.at(row, 2 * element));
            case BF16 -> {
                code.a.vpmovzxwd(to, Mem.at(row, 2 * element));
                code.a.vpslld(to, to, 16);
            }
            default -> throw new IllegalArgumentException("not a float type: " + type);
        }
    }
}
