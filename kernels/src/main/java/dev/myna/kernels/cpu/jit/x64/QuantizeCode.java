// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64;

import static dev.myna.kernels.asm.x64.Gpr.R10;
import static dev.myna.kernels.asm.x64.Gpr.R11;
import static dev.myna.kernels.asm.x64.Gpr.R8;
import static dev.myna.kernels.asm.x64.Gpr.R9;
import static dev.myna.kernels.asm.x64.Gpr.RDX;
import static dev.myna.kernels.asm.x64.Gpr.RSI;
import static dev.myna.kernels.cpu.jit.x64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Condition;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.asm.x64.Gpr;
import dev.myna.kernels.asm.x64.Mem;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Arguments.Quantize;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.Rounding;
import dev.myna.kernels.cpu.jit.x64.code.KernelCode;

/**
 * Rounds activations to int8: of 32 neighbours the largest magnitude becomes 127, the others the nearest integers (ties to
 * even). For every group of 16 or 32 it stores the scale and what {@link Rounding} says. NaN and infinity make the
 * scale NaN or infinite.
 */
public final class QuantizeCode {
    private static final float LEAST = 1e-30f;

    private final KernelCode code;
    private final Assembler a;
    private final Rounding rounding;
    private final Vec scale;
    private final Vec temporary;

    private QuantizeCode(Isa isa, Convention convention, Rounding rounding) {
        code = new KernelCode(isa, convention);
        a = code.a;
        this.rounding = rounding;
        scale = code.take();
        temporary = code.take();
    }

    static byte[] write(Isa isa, Convention convention, int group, Rounding rounding) {
        return new QuantizeCode(isa, convention, rounding).write(group);
    }

    private byte[] write(int group) {
        Isa isa = code.isa;
        int vectors = 128 / isa.bytes();
        Vec[] x = code.take(vectors);
        Vec[] sums = code.take(2);
        Vec largest = code.take();
        Vec factor = code.take();
        Vec magnitude = code.take();
        a.vmovups(magnitude, code.everyInt(0x7fffffff));

        Label next = new Label();
        a.mov(RSI, argument(Quantize.FROM));
        a.mov(R11, argument(Quantize.BLOCKS));
        a.mov(R8, argument(Quantize.QUANTS));
        a.mov(R9, argument(Quantize.SCALES));
        a.mov(R10, argument(Quantize.SUMS));
        if (rounding.signs()) {
            a.mov(RDX, argument(Quantize.MASKS));
        }
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
        if (rounding.signs()) {
            signs(x, sums, largest);
        } else {
            halves(x, sums);
            bytes(R8, x);
        }
        if (group == 16) {
            store(sums[0], 0);
            store(sums[1], 4);
        } else {
            a.vpaddd(sums[0], sums[0], sums[1]);
            store(sums[0], 0);
        }
        a.add(RSI, 128);
        a.add(R8, 32);
        a.add(R9, 128 / group);
        a.add(R10, 128 / group);
        if (rounding.signs()) {
            a.add(RDX, 32);
        }
        a.dec(R11);
        a.jump(Condition.NOT_ZERO, next);
        return code.finish();
    }

    /** Sums of the vectors of the first and of the second 16 numbers. */
    private void halves(Vec[] x, Vec[] sums) {
        for (int i = 0; i < 2; i++) {
            if (x.length == 2) {
                a.vmovups(sums[i], x[i]);
            } else {
                a.vpaddd(sums[i], x[2 * i], x[2 * i + 1]);
            }
        }
    }

    /** Stores magnitudes and masks, and sums the magnitudes of negative numbers. */
    private void signs(Vec[] x, Vec[] sums, Vec negative) {
        Vec[] masks = code.take(x.length);
        for (int i = 0; i < x.length; i++) {
            Vec sum = sums[i / (x.length / 2)];
            a.vpsrad(masks[i], x[i], 31);
            a.vpxord(x[i], x[i], masks[i]);
            a.vpsubd(x[i], x[i], masks[i]);
            a.vpandd(negative, x[i], masks[i]);
            if (i % (x.length / 2) == 0) {
                a.vmovups(sum, negative);
            } else {
                a.vpaddd(sum, sum, negative);
            }
            if (rounding.value() != 0) {
                a.vpxord(masks[i], masks[i], code.everyInt(rounding.value()));
            }
        }
        bytes(R8, x);
        bytes(RDX, masks);
    }

    /** Stores 32 integers as bytes; x may be changed. */
    private void bytes(Gpr to, Vec[] x) {
        if (code.isa.avx512()) {
            a.vpmovdb(Mem.at(to, 0), x[0]);
            a.vpmovdb(Mem.at(to, 16), x[1]);
        } else {
            a.vpackssdw(temporary, x[0], x[1]);
            a.vpackssdw(x[2], x[2], x[3]);
            a.vpacksswb(temporary, temporary, x[2]);
            // The packing works within 16 bytes; this puts the groups of four in order.
            a.vmovups(x[0], code.ints(8, lane -> lane % 2 * 4 + lane / 2));
            a.vpermd(temporary, x[0], temporary);
            a.vmovups(Mem.at(to, 0), temporary);
        }
    }

    /** Stores what belongs to the sum of all integers of {@code v}. */
    private void store(Vec v, int at) {
        a.vcvtdq2ps(v, v);
        code.sum(v, temporary);
        Vec sum = v.as(16);
        switch (rounding.kind()) {
            case SUMS -> a.vmulps(sum, sum, scale.as(16));
            case OFFSETS -> {
                a.vmulps(sum, sum, code.ints(4, lane -> Float.floatToRawIntBits(-rounding.value())));
                a.vcvtps2dq(sum, sum);
            }
            case SIGNS -> a.vcvtps2dq(sum, sum);
        }
        a.vmovss(Mem.at(R10, at), sum);
    }
}
