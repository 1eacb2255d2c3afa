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
 * Rounds activations to int8, in blocks of 32 ({@link Quantize}). An iteration loads a block, finds its largest magnitude,
 * stores magnitude / 127 as the scale, multiplies the block by 127 / magnitude, rounds it to integers (ties to even), packs
 * these to bytes, and stores the number that {@link Rounding} defines.
 *
 * <p>Registers: rsi reads, r8 writes integers, r9 scales, r10 sums and rdx masks; r11 counts blocks.
 */
public final class QuantizeCode {
    /** Replaces smaller magnitudes, so that a block of zeros does not divide by zero. */
    private static final float MIN_MAGNITUDE = 1e-30f;

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
        Vec max = code.take();
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
        // The bits of magnitudes compare like integers, and NaN is the max.
        for (int i = 0; i < vectors; i++) {
            a.vmovups(x[i], Mem.at(RSI, i * isa.bytes()));
            if (i == 0) {
                a.vpandd(max, x[i], magnitude);
            } else {
                a.vpandd(temporary, x[i], magnitude);
                a.vpmaxsd(max, max, temporary);
            }
        }
        Vec m = max.as(16);
        Vec t = temporary.as(16);
        code.fold(max, temporary, a::vpmaxsd);
        Vec s = scale.as(16);
        a.vmulps(s, m, code.ints(4, lane -> Float.floatToRawIntBits(1 / 127f)));
        a.vmovss(Mem.at(R9, 0), s);
        if (group == 16) {
            a.vmovss(Mem.at(R9, 4), s);
        }
        // A block of zeros: any finite factor will do. The order of operands keeps a NaN.
        a.vmovups(t, code.ints(4, lane -> Float.floatToRawIntBits(MIN_MAGNITUDE)));
        a.vmaxps(m, t, m);
        a.vmovups(t, code.ints(4, lane -> Float.floatToRawIntBits(127)));
        a.vdivps(factor.as(16), t, m);
        a.vbroadcastss(factor, factor.as(16));
        for (Vec v : x) {
            a.vmulps(v, v, factor);
            a.vcvtps2dq(v, v);
        }
        if (rounding.signs()) {
            signs(x, sums, max);
        } else {
            sumGroups(x, sums);
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

    /** {@code sums =} the sums of the vectors of the first and of the last 16 integers. */
    private void sumGroups(Vec[] x, Vec[] sums) {
        for (int i = 0; i < 2; i++) {
            if (x.length == 2) {
                a.vmovups(sums[i], x[i]);
            } else {
                a.vpaddd(sums[i], x[2 * i], x[2 * i + 1]);
            }
        }
    }

    /** Stores magnitudes and masks; {@code sums =} the sums of the magnitudes of negative integers. */
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

    /** Stores 32 integers as bytes; x may change. */
    private void bytes(Gpr to, Vec[] x) {
        if (code.isa.avx512()) {
            a.vpmovdb(Mem.at(to, 0), x[0]);
            a.vpmovdb(Mem.at(to, 16), x[1]);
        } else {
            a.vpackssdw(temporary, x[0], x[1]);
            a.vpackssdw(x[2], x[2], x[3]);
            a.vpacksswb(temporary, temporary, x[2]);
            // Packing works within 16 bytes; this permutation puts the groups of four in order.
            a.vmovups(x[0], code.ints(8, lane -> lane % 2 * 4 + lane / 2));
            a.vpermd(temporary, x[0], temporary);
            a.vmovups(Mem.at(to, 0), temporary);
        }
    }

    /** Adds all integers of {@code v} and stores the number that the rounding defines. */
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
