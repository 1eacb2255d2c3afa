// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.code;

import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Operand;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;

/**
 * How products of weight bytes with activation bytes are summed, where weights are read as stored; tiles have their own way with
 * weights above 127. VNNI has one instruction for four of them. Older sets multiply
 * unsigned with signed bytes and sum two products in 16 bits ({@code vpmaddubsw}), then two of those in 32 ({@code vpmaddwd}).
 *
 * <ul>
 *   <li>Small weights: several of the 16-bit sums fit 16 bits together, and are widened once.
 *   <li>Weights above 127, where 32 bytes make a vector: the weight's sign goes to the activation ({@code vpsignb}), its magnitude is
 *       the unsigned byte. Two products of at most 128 times 127 fit 16 bits.
 *   <li>Weights above 127, where 64 bytes make a vector, for which there is no {@code vpsignb}: the upper bit and the lower seven
 *       are multiplied by themselves.
 * </ul>
 *
 * @param largest the largest weight byte
 */
public record DotCode(int largest, Isa isa) {
    /** The largest magnitude of an activation: rounding gives 127, and NaN may give -128. */
    private static final int ACTIVATION = 128;

    public static DotCode of(int largest, Isa isa) {
        return new DotCode(largest, isa);
    }

    /** Whether weight bytes are signed. */
    public boolean signed() {
        return large() && !isa.avx512();
    }

    /** Whether weight bytes may exceed 127, which two products in 16 bits do not bear. */
    public boolean large() {
        return largest > 127 && !isa.vnni();
    }

    /** How many 16-bit sums of two products fit 16 bits together; 0 where products are not summed in 16 bits. */
    public int room() {
        return isa.vnni() || large() ? 0 : Short.MAX_VALUE / (2 * ACTIVATION * largest);
    }

    /** Registers that {@link #sum} wants beside the sums. */
    public int temporaries() {
        return signed() ? 2 : 1;
    }

    /**
     * What {@link #add} and {@link #begin} need to know of a vector of weights: their magnitudes, where they are signed.
     *
     * @param temporaries as many as {@link #temporaries} says; the last one is kept
     */
    private void prepare(KernelCode code, Vec weights, Vec[] temporaries) {
        if (signed()) {
            code.a.vpabsb(temporaries[1], weights);
        }
    }

    /** {@code sums +=} sums of four neighbouring products, in 32 bits. */
    private void add(KernelCode code, Vec sums, Vec weights, Operand activations, Vec[] temporaries) {
        Assembler a = code.a;
        Vec t = temporaries[0];
        if (isa.vnni()) {
            a.vpdpbusd(sums, weights, activations);
        } else if (large() && !signed()) {
            a.vpandd(t, weights, code.everyByte(0x7f));
            a.vpmaddubsw(t, t, activations);
            widen(code, t, t, 1);
            a.vpaddd(sums, sums, t);
            a.vpsrld(t, weights, 7);
            a.vpandd(t, t, code.everyByte(1));
            a.vpmaddubsw(t, t, activations);
            widen(code, t, t, 128);
            a.vpaddd(sums, sums, t);
        } else {
            pairs(code, t, weights, activations, temporaries);
            widen(code, t, t, 1);
            a.vpaddd(sums, sums, t);
        }
    }

    /** As {@link #add} to sums that are zero. */
    private void begin(KernelCode code, Vec sums, Vec weights, Operand activations, Vec[] temporaries) {
        if (isa.vnni() || large() && !signed()) {
            code.zero(sums);
            add(code, sums, weights, activations, temporaries);
        } else {
            pairs(code, sums, weights, activations, temporaries);
            widen(code, sums, sums, 1);
        }
    }

    /** {@code sums =} sums of four neighbouring products of each vector of weights, added up. */
    public void sum(KernelCode code, Vec sums, Vec[] weights, Operand[] activations, Vec[] temporaries) {
        boolean together = weights.length > 1 && room() >= weights.length;
        for (int i = 0; i < weights.length; i++) {
            prepare(code, weights[i], temporaries);
            if (together) {
                Vec to = i == 0 ? sums : temporaries[0];
                pairs(code, to, weights[i], activations[i], temporaries);
                if (i > 0) {
                    code.a.vpaddw(sums, sums, to);
                }
            } else if (i == 0) {
                begin(code, sums, weights[i], activations[i], temporaries);
            } else {
                add(code, sums, weights[i], activations[i], temporaries);
            }
        }
        if (together) {
            widen(code, sums, sums, 1);
        }
    }

    /** Sums of two neighbouring products, in 16 bits. */
    private void pairs(KernelCode code, Vec to, Vec weights, Operand activations, Vec[] temporaries) {
        if (signed()) {
            code.a.vmovups(to, activations);
            code.a.vpsignb(to, to, weights);
            code.a.vpmaddubsw(to, temporaries[1], to);
        } else {
            code.a.vpmaddubsw(to, weights, activations);
        }
    }

    /** {@code to =} sums of two neighbours of 16 bits, in 32, times a factor. */
    public static void widen(KernelCode code, Vec to, Vec pairs, int factor) {
        code.a.vpmaddwd(to, pairs, code.everyInt(factor << 16 | factor));
    }
}
