// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Q3_K: 32 bytes of third bits, 64 bytes of the lower two bits, 12 bytes of six-bit scales, f16 d. Bit i of each byte of third
 * bits belongs to the i-th 32 weights; the lower bits are as in Q2_K. A chunk shifts its third bits to bit 2 and joins them
 * with the lower two.
 */
final class Q3_KReader extends WeightReader {
    private static final int QUANTS = 32;
    private static final int SCALES = 96;
    private static final int D = 108;

    private final Vec third;
    private final Vec work;

    Q3_KReader(KernelCode code) {
        super(code, TensorType.Q3_K);
        third = code.take();
        work = code.take();
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        Vec x = work.as(16);
        Vec high = third.as(16);
        // Bytes b0 to b11 are bytes 2 to 13 here. Nibbles of b0-7 are the low four bits; b8-11 have the upper two of
        // four scales each.
        a.vmovups(high, Mem.at(row, SCALES - 2));
        a.vpshufb(x, high, code.ints(4, lane -> 0x03020100 + 0x01010101 * (2 + lane % 2 * 4)));
        a.vpsrlvd(x, x, code.ints(4, lane -> lane / 2 * 4));
        a.vpandd(x, x, code.ints(4, lane -> 0x0f0f0f0f));
        a.vpshufb(high, high, code.ints(4, lane -> 0x0d0c0b0a));
        a.vpsllvd(high, high, code.ints(4, lane -> Math.max(0, 4 - 2 * lane)));
        a.vpsrlvd(high, high, code.ints(4, lane -> Math.max(0, 2 * lane - 4)));
        a.vpandd(high, high, code.ints(4, lane -> 0x30303030));
        a.vpord(x, x, high);
        a.vpmovzxbd(scale[0], x);
        if (scale.length == 2) {
            a.vunpckhpd(x, x, x);
            a.vpmovzxbd(scale[1], x);
        }
        for (Vec s : scale) {
            a.vpaddd(s, s, code.everyInt(-32));
            a.vcvtdq2ps(s, s);
        }
        multiply(scale, Mem.at(row, D), work);
        symmetric(scale, subtract);
        repeated(third, Mem.at(row, 0));
    }

    @Override
    public void chunk(Gpr row, int chunk, Vec to) {
        int first = chunk * code.isa.bytes() / 32;
        bitPairs(row, QUANTS, chunk, to);
        if (code.isa.avx512() && first == 0) {
            a.vpsllvd(work, third, code.ints(16, lane -> 2 - lane / 8));
        } else if (code.isa.avx512()) {
            a.vpsrlvd(work, third, code.ints(16, lane -> first - 2 + lane / 8));
        } else if (first < 2) {
            a.vpslld(work, third, 2 - first);
        } else {
            a.vpsrld(work, third, first - 2);
        }
        a.vpandd(to, to, code.everyByte(3));
        a.vpandd(work, work, code.everyByte(4));
        a.vpord(to, to, work);
    }
}
