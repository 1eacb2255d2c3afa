// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64;

import static dev.myna.kernels.cpu.jit.arm64.code.KernelCode.argument;

import dev.myna.kernels.asm.Label;
import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.Condition;
import dev.myna.kernels.asm.arm64.Mem;
import dev.myna.kernels.asm.arm64.V;
import dev.myna.kernels.asm.arm64.X;
import dev.myna.kernels.cpu.jit.arm64.code.KernelCode;
import dev.myna.kernels.cpu.jit.contract.Arguments.Quantize;
import dev.myna.kernels.cpu.jit.contract.Isa;

/**
 * Rounds activations to int8, in blocks of 32 ({@link Quantize}). An iteration loads a block, finds its largest magnitude,
 * stores magnitude / 127 as the scale, multiplies the block by 127 / magnitude, rounds it to integers (ties to even), narrows
 * these to bytes, and stores scale times the sum of the integers for each group.
 */
final class QuantizeCode {
    /** Replaces smaller magnitudes, so that a block of zeros does not divide by zero. */
    private static final float MIN_MAGNITUDE = 1e-30f;

    private static final int VECTORS = 8;

    private static final X FROM = X.X1;
    private static final X BLOCKS = X.X2;
    private static final X QUANTS = X.X3;
    private static final X SCALES = X.X4;
    private static final X SUMS = X.X5;

    private QuantizeCode() {}

    static byte[] write(Isa isa, int group) {
        KernelCode code = new KernelCode(isa);
        Assembler a = code.a;
        V[] x = code.take(VECTORS);
        V[] magnitudes = code.take(VECTORS);
        V scale = code.take();
        V factor = code.take();
        // 1/127, 127, and the magnitude that replaces zero.
        V constants = code.take();
        V max = code.take();
        V minMagnitude = code.take();
        a.ldr(constants.q(), a.constant(floats(1 / 127f, 127, MIN_MAGNITUDE, 0)));
        a.dup(max.s(), constants.s(1));
        a.dup(minMagnitude.s(), constants.s(2));
        Label next = new Label();
        a.ldr(FROM, argument(Quantize.FROM));
        a.ldr(BLOCKS, argument(Quantize.BLOCKS));
        a.ldr(QUANTS, argument(Quantize.QUANTS));
        a.ldr(SCALES, argument(Quantize.SCALES));
        a.ldr(SUMS, argument(Quantize.SUMS));
        a.bind(next);
        for (int i = 0; i < VECTORS; i += 2) {
            a.ldp(x[i].q(), x[i + 1].q(), Mem.post(FROM, 32));
        }
        // The bits of magnitudes compare like integers, and NaN is the largest.
        for (int i = 0; i < VECTORS; i++) {
            a.fabs(magnitudes[i].s4(), x[i].s4());
        }
        for (int distance = VECTORS / 2; distance > 0; distance /= 2) {
            for (int i = 0; i < distance; i++) {
                a.smax(magnitudes[i].s4(), magnitudes[i].s4(), magnitudes[i + distance].s4());
            }
        }
        V largest = magnitudes[0];
        a.smaxv(largest.s(), largest.s4());
        a.fmul(scale.s(), largest.s(), constants.s(0));
        a.str(scale.s(), Mem.post(SCALES, 4));
        if (group == 16) {
            a.str(scale.s(), Mem.post(SCALES, 4));
        }
        a.fmax(largest.s(), largest.s(), minMagnitude.s());
        a.fdiv(factor.s(), max.s(), largest.s());
        for (V v : x) {
            a.fmul(v.s4(), v.s4(), factor.s(0));
            a.fcvtns(v.s4(), v.s4());
        }
        for (int i = 0; i < VECTORS; i += 2) {
            a.sqxtn(magnitudes[i].h4(), x[i].s4());
            a.sqxtn2(magnitudes[i].h8(), x[i + 1].s4());
        }
        for (int i = 0; i < VECTORS; i += 4) {
            a.sqxtn(magnitudes[i].b8(), magnitudes[i].h8());
            a.sqxtn2(magnitudes[i].b16(), magnitudes[i + 2].h8());
        }
        a.stp(magnitudes[0].q(), magnitudes[4].q(), Mem.post(QUANTS, 32));
        for (int first = 0; first < VECTORS; first += group / 4) {
            for (int i = 1; i < group / 4; i++) {
                a.add(x[first].s4(), x[first].s4(), x[first + i].s4());
            }
            a.addv(x[first].s(), x[first].s4());
            a.scvtf(x[first].s(), x[first].s());
            a.fmul(x[first].s(), x[first].s(), scale.s());
            a.str(x[first].s(), Mem.post(SUMS, 4));
        }
        a.subs(BLOCKS, BLOCKS, 1);
        a.b(Condition.NE, next);
        return code.finish();
    }

    private static byte[] floats(float... values) {
        byte[] bytes = new byte[4 * values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (Float.floatToRawIntBits(values[i / 4]) >> i % 4 * 8);
        }
        return bytes;
    }
}
