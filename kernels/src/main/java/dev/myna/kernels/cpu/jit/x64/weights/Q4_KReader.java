// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.weights;

import static dev.myna.kernels.asm.x64.Gpr.RAX;
import static dev.myna.kernels.asm.x64.Gpr.RDI;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.TensorType;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Q4_K: f16 d and dmin, 12 bytes of six-bit scales and minimums, then for each 64 weights 32 bytes, whose low halves are the first
 * 32.
 *
 * <p>Where vectors have 64 bytes, two take all 128 bytes of a block, so that one has the first halves of the groups of 32 and the
 * other the second ones: their products belong to the same scales and are added up first. Where they have 32, two take the halves of two
 * groups.
 */
class Q4_KReader extends WeightReader {
    private final Vec mask;
    private final Vec work;
    private final Vec work2;
    private final Vec[] halves;

    Q4_KReader(KernelCode code, TensorType type) {
        super(code, type);
        mask = code.take();
        a.vmovups(mask, code.everyByte(15));
        work = code.take();
        work2 = code.take();
        halves = code.isa.avx512() ? code.take(2) : null;
    }

    /** Where the bytes of the weights begin. */
    int quants() {
        return 16;
    }

    /** The low halves of bytes. */
    private void low(Vec to, Vec bytes) {
        a.vpandd(to, bytes, mask);
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        // Bytes b0 to b11 begin at 4. Low six bits: b0-3 and b4-7; the others have four bits in b8-11 and two in b0-7.
        // All in general registers, which have time while vectors are multiplied.
        sixBits(row, 4, 0);
        sixBits(row, 8, 4);
        Vec ds = work.as(16);
        Vec spread = work2.as(32);
        a.vcvtph2ps(ds, Mem.at(row, 0));
        a.vpmovzxbd(scale[0], argument(KernelCode.WORK));
        a.vcvtdq2ps(scale[0], scale[0]);
        a.vpmovzxbd(subtract[0], argument(KernelCode.WORK + 8));
        a.vcvtdq2ps(subtract[0], subtract[0]);
        a.vbroadcastss(spread, ds);
        a.vmulps(scale[0], scale[0], spread);
        a.vshufps(ds, ds, ds, 1);
        a.vbroadcastss(spread, ds);
        a.vmulps(subtract[0], subtract[0], spread);
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
        a.mov(argument(KernelCode.WORK + 2 * shift), RAX);
    }

    @Override
    public int groupOf(int part, int lane) {
        return code.isa.avx512() ? lane / 4 * 2 + part : part / 2 * 4 + lane / 4 * 2 + part % 2;
    }

    @Override
    public void part(Gpr row, int part, Vec[] to) {
        if (!code.isa.avx512()) {
            for (int i = 0; i < 2; i++) {
                Vec bytes = i == 0 ? work : work2;
                if (part % 2 == 0) {
                    int at = quants() + 32 * part + 16 * i;
                    a.vmovups(bytes.as(16), Mem.at(row, at));
                    a.vinserti128(bytes, bytes, Mem.at(row, at + 32));
                } else {
                    a.vpsrld(bytes, bytes, 4);
                }
                low(to[i], bytes);
            }
            return;
        }
        if (part == 0) {
            a.vmovups(work, Mem.at(row, quants()));
            a.vmovups(work2, Mem.at(row, quants() + 64));
            a.vshufi32x4(halves[0], work, work2, 0x88);
            a.vshufi32x4(halves[1], work, work2, 0xdd);
        }
        for (int i = 0; i < halves.length; i++) {
            if (part == 1) {
                a.vpsrld(halves[i], halves[i], 4);
            }
            low(to[i], halves[i]);
        }
    }

    @Override
    public void chunk(Gpr row, int chunk, Vec to) {
        if (code.isa.avx512()) {
            a.vbroadcasti256(to, Mem.at(row, quants() + 32 * chunk));
            a.vpsrlvd(to, to, code.ints(16, lane -> lane / 8 * 4));
        } else {
            a.vmovups(to, Mem.at(row, quants() + chunk / 2 * 32));
            if (chunk % 2 == 1) {
                a.vpsrld(to, to, 4);
            }
        }
        low(to, to);
    }
}
