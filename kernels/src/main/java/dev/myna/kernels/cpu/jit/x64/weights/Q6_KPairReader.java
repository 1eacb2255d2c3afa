// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/** Q6_K in vectors of 64 bytes: the bytes of half a block are loaded once for its two chunks. */
final class Q6_KPairReader extends Q6_KReader {
    private final Vec low;
    private final Vec bits;
    private final Vec left;
    private final Vec right;

    Q6_KPairReader(KernelCode code) {
        super(code);
        low = code.take();
        bits = code.take();
        left = code.keep(code.ints(16, lane -> 4 - lane / 8 * 2));
        right = code.keep(code.ints(16, lane -> lane / 8 * 2));
    }

    @Override
    public void chunk(Gpr row, int chunk, Vec to) {
        if (chunk % 2 == 0) {
            a.vmovups(low, Mem.at(row, 32 * chunk));
            a.vbroadcasti256(bits, Mem.at(row, UPPER + 16 * chunk));
            a.vpsllvd(upper, bits, left);
            a.vmovups(to, low);
        } else {
            a.vpsrlvd(upper, bits, right);
            a.vpsrld(to, low, 4);
        }
        joinUpperBits(to);
    }
}
