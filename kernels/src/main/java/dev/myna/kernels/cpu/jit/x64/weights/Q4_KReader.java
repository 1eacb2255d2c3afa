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
 * Q4_K: f16 d and dmin, 12 bytes of six-bit scales and minimums, then 32 bytes for each 64 weights: low nibbles are the first
 * 32 weights, high nibbles the others.
 *
 * <p>A part is two vectors whose lanes belong to the same groups, so that their dot products are added before they are scaled.
 * With 64 bytes a vector, one has the first 16 weights of four groups and the other the last 16. With 32 bytes, it is two
 * groups.
 */
class Q4_KReader extends WeightReader {
    private final Vec mask;
    private final Vec work;
    private final Vec secondWork;
    private final Vec[] groupHalves;

    Q4_KReader(KernelCode code, TensorType type) {
        super(code, type);
        mask = code.take();
        a.vmovups(mask, code.everyByte(15));
        work = code.take();
        secondWork = code.take();
        groupHalves = code.isa.avx512() ? code.take(2) : null;
    }

    /** Offset of the nibbles in the block. */
    int quants() {
        return 16;
    }

    /** {@code to =} the low nibbles of bytes. */
    private void low(Vec to, Vec bytes) {
        a.vpandd(to, bytes, mask);
    }

    @Override
    public void scales(Gpr row, Vec[] scale, Vec[] subtract) {
        // Bytes b0 to b11 begin at offset 4. For i = 0 to 3:
        //
        //                 low four bits      upper two bits
        // scale i         b[i]     bits 0-3  b[i]     bits 4-5
        // minimum i       b[i + 4] bits 0-3  b[i + 4] bits 4-5
        // scale i + 4     b[i + 8] bits 0-3  b[i]     bits 6-7
        // minimum i + 4   b[i + 8] bits 4-7  b[i + 4] bits 6-7
        //
        // General-purpose registers unpack them, because they are idle while vectors are multiplied.
        sixBits(row, 4, 0);
        sixBits(row, 8, 4);
        Vec ds = work.as(16);
        Vec spread = secondWork.as(32);
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

    /** Writes eight six-bit numbers as bytes to the work area: from the four bytes at {@code from}, and nibbles of b8-11. */
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
                Vec bytes = i == 0 ? work : secondWork;
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
            a.vmovups(secondWork, Mem.at(row, quants() + 64));
            a.vshufi32x4(groupHalves[0], work, secondWork, 0x88);
            a.vshufi32x4(groupHalves[1], work, secondWork, 0xdd);
        }
        for (int i = 0; i < groupHalves.length; i++) {
            if (part == 1) {
                a.vpsrld(groupHalves[i], groupHalves[i], 4);
            }
            low(to[i], groupHalves[i]);
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
