// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/** IQ4_NL: f16 d, 16 bytes, whose low nibbles select the levels of the first 16 weights. */
final class IQ4_NLReader extends BlockReader {
    private final Levels levels = new Levels(code);

    IQ4_NLReader(KernelCode code) {
        super(code, TensorType.IQ4_NL);
    }

    @Override
    void weights(V first, V second) {
        a.ldr(second.q(), Mem.post(ROW, 16));
        levels.read(first, second, second);
    }
}
