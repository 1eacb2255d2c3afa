// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/** Q4_1: f16 d and m, 16 bytes, whose low nibbles are the first 16 weights. */
final class Q4_1Reader extends BlockReader {
    private final Constant lower = code.constant(0x0f);

    Q4_1Reader(KernelCode code) {
        super(code, TensorType.Q4_1);
    }

    @Override
    void weights(V first, V second) {
        a.ldr(second.q(), Mem.post(ROW, 16));
        a.and(first.b16(), second.b16(), lower.v().b16());
        a.ushr(second.b16(), second.b16(), 4);
    }
}
