// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/** Q8_0: f16 d, 32 signed bytes, which are used as they are. */
final class Q8_0Reader extends BlockReader {

    Q8_0Reader(KernelCode code) {
        super(code, TensorType.Q8_0);
    }

    @Override
    void weights(V first, V second) {
        a.ldp(first.q(), second.q(), Mem.post(ROW, 32));
    }
}
