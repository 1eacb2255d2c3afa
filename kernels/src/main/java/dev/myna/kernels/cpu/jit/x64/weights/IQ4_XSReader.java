// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * IQ4_XS: f16 d, two bytes with the upper two bits and four bytes with the lower four bits of eight scales, then 16 bytes of
 * nibbles for each 32 weights, as in IQ4_NL.
 *
 * <p>A vector loads the nibbles of two or four groups. The low and the high nibbles of a lane belong to the same group, so that
 * their dot products are added before they are scaled.
 */
final class IQ4_XSReader extends NibbleReader {
    private final Vec work;

    IQ4_XSReader(KernelCode code) {
        super(code, TensorType.IQ4_XS);
        work = code.take();
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        Vec high = work.as(32);
        a.vbroadcastss(scale[0], Mem.at(row, 4));
        a.vpsrlvd(scale[0], scale[0], code.ints(8, lane -> 4 * lane));
        a.vpandd(scale[0], scale[0], code.ints(8, lane -> 0x0f));
        // The two bytes are the upper half of these four. Their bits go to bits 4 and 5.
        a.vbroadcastss(high, Mem.at(row, 0));
        a.vpsrlvd(high, high, code.ints(8, lane -> 12 + 2 * lane));
        a.vpandd(high, high, code.ints(8, lane -> 0x30));
        a.vpord(scale[0], scale[0], high);
        a.vpaddd(scale[0], scale[0], code.ints(8, lane -> -32));
        a.vcvtdq2ps(scale[0], scale[0]);
        a.vpbroadcastw(high.as(16), Mem.at(row, 0));
        a.vcvtph2ps(high, high.as(16));
        a.vmulps(scale[0], scale[0], high);
        symmetric(scale, subtract);
    }

    @Override
    void bytes(Gpr row, int part, Vec to) {
        a.vmovups(to, quants(row, part * code.isa.bytes() / 16));
    }

    @Override
    Mem quants(Gpr row, int i) {
        return Mem.at(row, 8 + 16 * i);
    }
}
