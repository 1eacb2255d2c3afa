// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Q4_0: f16 d, 16 bytes, whose low nibbles q are the first 16 weights, {@code d (q - 8)}. A nibble with its top bit inverted is
 * a signed number; it is used in the upper half of its byte, 16 times as large.
 */
final class Q4_0Reader extends BlockReader {
    private final Constant topBits = code.constant(0x88);
    private final Constant upper = code.constant(0xf0);

    Q4_0Reader(KernelCode code) {
        super(code, TensorType.Q4_0);
    }

    @Override
    void weights(V first, V second) {
        a.ldr(second.q(), Mem.post(ROW, 16));
        a.eor(second.b16(), second.b16(), topBits.v().b16());
        a.shl(first.b16(), second.b16(), 4);
        a.and(second.b16(), second.b16(), upper.v().b16());
    }
}
