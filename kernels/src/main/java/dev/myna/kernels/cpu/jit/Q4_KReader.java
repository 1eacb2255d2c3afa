// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.RAX;
import static dev.myna.kernels.cpu.jit.Gpr.RDI;
import static dev.myna.kernels.cpu.jit.KernelCode.argument;

import dev.myna.kernels.TensorType;

/**
 * Q4_K and Q5_K: f16 d and dmin, 12 bytes of six-bit scales and minimums, with Q5_K 32 bytes of fifth bits, then for each 64
 * weights 32 bytes, whose low halves are the first 32. Where vectors have 64 bytes, those of 128 weights are read at once.
 */
final class Q4_KReader extends WeightReader {
    private final boolean fifth;
    private final Vec mask;
    private final Vec bits;
    private final Vec bit;
    private final Vec work;
    private final Vec work2;
    private final Vec high;

    Q4_KReader(KernelCode code, TensorType type) {
        super(code, type);
        fifth = type == TensorType.Q5_K;
        mask = code.take();
        a.vmovups(mask, code.everyByte(15));
        bits = fifth ? code.take() : null;
        bit = fifth ? code.take() : null;
        work = code.take();
        work2 = code.take();
        high = paired(type, code.isa) ? code.take() : null;
    }

    /** Whether 128 weights are read at once. */
    static boolean paired(TensorType type, Isa isa) {
        return isa.avx512() && type == TensorType.Q4_K;
    }

    @Override
    void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        // Bytes b0 to b11 begin at 4. Low six bits: b0-3 and b4-7; the others have four bits in b8-11 and two in b0-7.
        // In
        // general registers, which have time while vectors are multiplied.
        sixBits(row, 4, 0);
        sixBits(row, 8, 4);
        Vec ds = work.as(16);
        Vec spread = work2.as(32);
        a.vcvtph2ps(ds, Mem.at(row, 0));
        a.vpmovzxbd(scale[0], argument(RowLoop.WORK));
        a.vcvtdq2ps(scale[0], scale[0]);
        a.vpmovzxbd(subtract[0], argument(RowLoop.WORK + 8));
        a.vcvtdq2ps(subtract[0], subtract[0]);
        a.vbroadcastss(spread, ds);
        a.vmulps(scale[0], scale[0], spread);
        a.vshufps(ds, ds, ds, 1);
        a.vbroadcastss(spread, ds);
        a.vmulps(subtract[0], subtract[0], spread);
        if (fifth) {
            repeated(bits, Mem.at(row, 16));
        }
    }

    /** Eight numbers as bytes to the working memory: low bits and high pairs of bits at {@code from}, fours of bits of b8-11. */
    private void sixBits(Gpr row, int from, int shift) {
        a.mov32(RDI, Mem.at(row, from));
        a.and32(RDI, 0xc0c0c0c0);
        a.shr32(RDI, 2);
        a.mov32(RAX, Mem.at(row, 12));
        if (shift > 0) {
            a.shr32(RAX, shift);
        }
        a.and32(RAX, 0x0f0f0f0f);
        a.or(RDI, RAX);
        a.shl(RDI, 32);
        a.mov32(RAX, Mem.at(row, from));
        a.and32(RAX, 0x3f3f3f3f);
        a.or(RAX, RDI);
        a.mov(argument(RowLoop.WORK + 2 * shift), RAX);
    }

    @Override
    void chunk(Gpr row, int chunk, Vec to) {
        int quants = fifth ? 48 : 16;
        if (code.isa.avx512()) {
            a.vbroadcasti256(to, Mem.at(row, quants + 32 * chunk));
            a.vpsrlvd(to, to, code.ints(16, lane -> lane / 8 * 4));
        } else {
            a.vmovups(to, Mem.at(row, quants + chunk / 2 * 32));
            if (chunk % 2 == 1) {
                a.vpsrld(to, to, 4);
            }
        }
        a.vpandd(to, to, mask);
        if (fifth) {
            fifthBits(chunk);
            a.vpandd(bit, bit, code.everyByte(16));
            a.vpord(to, to, bit);
        }
    }

    @Override
    int groupOf(int part, int lane) {
        return high == null ? super.groupOf(part, lane) : part / 2 * 4 + part % 2 + lane / 8 * 2;
    }

    @Override
    void part(Gpr row, int part, Vec[] to) {
        if (high == null) {
            super.part(row, part, to);
        } else if (part % 2 == 0) {
            a.vmovups(high, Mem.at(row, 16 + 32 * part));
            a.vpandd(to[0], high, mask);
        } else {
            a.vpsrld(high, high, 4);
            a.vpandd(to[0], high, mask);
        }
    }

    /** Moves bit {@code i} of the bytes to bit 4, where i is the number of the 32 weights. */
    private void fifthBits(int chunk) {
        if (code.isa.avx512()) {
            int first = 2 * chunk;
            if (first < 4) {
                a.vpsllvd(bit, bits, code.ints(16, lane -> 4 - first - lane / 8));
            } else {
                a.vpsrlvd(bit, bits, code.ints(16, lane -> first - 4 + lane / 8));
            }
        } else if (chunk < 4) {
            a.vpslld(bit, bits, 4 - chunk);
        } else {
            a.vpsrld(bit, bits, chunk - 4);
        }
    }
}
