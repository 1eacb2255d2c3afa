// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import static dev.myna.kernels.cpu.jit.Gpr.R10;
import static dev.myna.kernels.cpu.jit.Gpr.R11;
import static dev.myna.kernels.cpu.jit.Gpr.R8;
import static dev.myna.kernels.cpu.jit.Gpr.R9;
import static dev.myna.kernels.cpu.jit.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.KernelCode.argument;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Quantize.BLOCKS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Quantize.FROM;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Quantize.QUANTS;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Quantize.SCALES;
import static dev.myna.kernels.cpu.jit.contract.Arguments.Quantize.SUMS;

import dev.myna.kernels.cpu.jit.Assembler.Condition;
import dev.myna.kernels.cpu.jit.contract.Isa;

/**
 * Rounds activations to int8: of 32 neighbours the largest magnitude becomes 127, the others the nearest integers (ties to
 * even). For every group of 16 or 32 it stores the scale and scale times the sum of the integers. NaN and infinity make the
 * scale NaN or infinite.
 */
final class QuantizeCode {

    private static final float LEAST = 1e-30f;

    private QuantizeCode() {}

    static byte[] write(Isa isa, Convention convention, int group) {
        KernelCode code = new KernelCode(isa, convention);
        Assembler a = code.a;
        int vectors = 128 / isa.bytes();
        Vec[] x = code.take(vectors);
        Vec[] quants = code.take(2);
        Vec largest = code.take();
        Vec scale = code.take();
        Vec factor = code.take();
        Vec temporary = code.take();
        Vec magnitude = code.take();
        a.vmovups(magnitude, code.everyInt(0x7fffffff));

        Label next = new Label();
        a.mov(RSI, argument(FROM));
        a.mov(R11, argument(BLOCKS));
        a.mov(R8, argument(QUANTS));
        a.mov(R9, argument(SCALES));
        a.mov(R10, argument(SUMS));
        a.bind(next);
        // Magnitudes compare like integers, and NaN is the largest of them.
        for (int i = 0; i < vectors; i++) {
            a.vmovups(x[i], Mem.at(RSI, i * isa.bytes()));
            if (i == 0) {
                a.vpandd(largest, x[i], magnitude);
            } else {
                a.vpandd(temporary, x[i], magnitude);
                a.vpmaxsd(largest, largest, temporary);
            }
        }
        Vec m = largest.as(16);
        Vec t = temporary.as(16);
        code.fold(largest, temporary, a::vpmaxsd);
        Vec s = scale.as(16);
        a.vmulps(s, m, code.ints(4, lane -> Float.floatToRawIntBits(1 / 127f)));
        a.vmovss(Mem.at(R9, 0), s);
        if (group == 16) {
            a.vmovss(Mem.at(R9, 4), s);
        }
        // Zeros alone: any finite factor will do. The order keeps NaN.
        a.vmovups(t, code.ints(4, lane -> Float.floatToRawIntBits(LEAST)));
        a.vmaxps(m, t, m);
        a.vmovups(t, code.ints(4, lane -> Float.floatToRawIntBits(127)));
        a.vdivps(factor.as(16), t, m);
        a.vbroadcastss(factor, factor.as(16));
        for (Vec v : x) {
            a.vmulps(v, v, factor);
            a.vcvtps2dq(v, v);
        }
        int halves = vectors / 2;
        for (int i = 0; i < 2; i++) {
            if (halves == 1) {
                quants[i] = x[i];
            } else {
                a.vpaddd(quants[i], x[2 * i], x[2 * i + 1]);
            }
        }
        if (isa.avx512()) {
            a.vpmovdb(Mem.at(R8, 0), x[0]);
            a.vpmovdb(Mem.at(R8, 16), x[1]);
        } else {
            a.vpackssdw(temporary, x[0], x[1]);
            a.vpackssdw(x[2], x[2], x[3]);
            a.vpacksswb(temporary, temporary, x[2]);
            // The packing works within 16 bytes; this puts the groups of four in order.
            a.vmovups(x[0], code.ints(8, lane -> lane % 2 * 4 + lane / 2));
            a.vpermd(temporary, x[0], temporary);
            a.vmovups(Mem.at(R8, 0), temporary);
        }
        if (group == 16) {
            for (int i = 0; i < 2; i++) {
                store(code, quants[i], scale, temporary, 4 * i);
            }
        } else {
            a.vpaddd(quants[0], quants[0], quants[1]);
            store(code, quants[0], scale, temporary, 0);
        }
        a.add(RSI, 128);
        a.add(R8, 32);
        a.add(R9, 128 / group);
        a.add(R10, 128 / group);
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, next);
        return code.finish();
    }

    /** Stores scale times the sum of all integers of {@code v}. */
    private static void store(KernelCode code, Vec v, Vec scale, Vec temporary, int at) {
        code.a.vcvtdq2ps(v, v);
        code.sum(v, temporary);
        code.a.vmulps(v.as(16), v.as(16), scale.as(16));
        code.a.vmovss(Mem.at(R10, at), v.as(16));
    }
}
