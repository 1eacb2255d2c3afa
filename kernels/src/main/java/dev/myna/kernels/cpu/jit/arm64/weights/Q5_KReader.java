// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.cpu.jit.arm64.code.Constant;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;

/**
 * Q5_K: as Q4_K, with 32 bytes of fifth bits before the nibbles: bit i of each byte belongs to the i-th 32 weights. A shift
 * moves it to bit 4.
 */
final class Q5_KReader extends Q4_KReader {
    private final V[] fifths = code.take(2);
    private final Constant fifth = code.constant(0x10);

    Q5_KReader(KernelCode code) {
        super(code, TensorType.Q5_K);
    }

    @Override
    public void begin() {
        super.begin();
        a.ldp(fifths[0].q(), fifths[1].q(), Mem.post(ROW, 32));
    }

    @Override
    public V[] chunk(int chunk) {
        super.chunk(chunk);
        for (int i = 0; i < 2; i++) {
            V bits = chunk == 4 ? fifths[i] : scale;
            if (chunk < 4) {
                a.shl(bits.b16(), fifths[i].b16(), 4 - chunk);
            } else if (chunk > 4) {
                a.ushr(bits.b16(), fifths[i].b16(), chunk - 4);
            }
            a.bit(weights[i].b16(), bits.b16(), fifth.v().b16());
        }
        return weights;
    }
}
