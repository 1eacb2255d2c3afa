// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.x64.code;

import dev.myna.kernels.asm.x64.Assembler;
import dev.myna.kernels.asm.x64.Operand;
import dev.myna.kernels.asm.x64.Vec;
import dev.myna.kernels.cpu.jit.contract.Isa;

/**
 * Dot products of unsigned weight bytes with signed activation bytes, four to a 32-bit lane, as mat-vec kernels need them. VNNI
 * has one instruction for it ({@code vpdpbusd}). Without VNNI, {@code vpmaddubsw} adds two products in 16 bits, and {@code
 * vpmaddwd} adds two such pairs in 32 bits:
 *
 * <ul>
 *   <li>Small weight bytes: several pairs are added in 16 bits, and widened once.
 *   <li>Bytes above 127 in vectors of 32 bytes: the activation takes the sign of the weight ({@code vpsignb}), and the weight's
 *       magnitude is the unsigned byte. Two products of at most 128 times 127 fit 16 bits.
 *   <li>Bytes above 127 in vectors of 64 bytes, for which there is no {@code vpsignb}: the upper bit and the lower seven bits
 *       of the weight are multiplied separately.
 * </ul>
 *
 * <p>Tiles handle bytes above 127 by {@link dev.myna.kernels.cpu.jit.contract.Rounding.Kind#SIGNS}.
 *
 * @param maxByte the largest weight byte
 */
public record DotCode(int maxByte, Isa isa) {
    /** The largest magnitude of an activation: rounding gives 127, and NaN may give -128. */
    private static final int MAX_ACTIVATION = 128;

    public static DotCode of(int maxByte, Isa isa) {
        return new DotCode(maxByte, isa);
    }

    /** Whether readers must return signed weight bytes. */
    public boolean signed() {
        return large() && !isa.avx512();
    }

    /** Whether weight bytes exceed 127, so that a pair of products may overflow 16 bits. */
    public boolean large() {
        return maxByte > 127 && !isa.vnni();
    }

    /** How many pairs of products can be added in 16 bits; 0 if pairs are not added in 16 bits. */
    public int maxPairs() {
        return isa.vnni() || large() ? 0 : Short.MAX_VALUE / (2 * MAX_ACTIVATION * maxByte);
    }

    /** Registers that {@link #sum} needs beside the sums. */
    public int temporaries() {
        return signed() ? 2 : 1;
    }

    /**
     * Computes the magnitudes of signed weights, which {@link #pairs} needs.
     *
     * @param temporaries {@link #temporaries} registers; the last one has the magnitudes
     */
    private void prepare(KernelCode code, Vec weights, Vec[] temporaries) {
        if (signed()) {
            code.a.vpabsb(temporaries[1], weights);
        }
    }

    /** {@code sums +=} dot products of four neighbouring bytes, in 32 bits. */
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

    /** {@code sums =} dot products of four neighbouring bytes, in 32 bits. */
    private void begin(KernelCode code, Vec sums, Vec weights, Operand activations, Vec[] temporaries) {
        if (isa.vnni() || large() && !signed()) {
            code.zero(sums);
            add(code, sums, weights, activations, temporaries);
        } else {
            pairs(code, sums, weights, activations, temporaries);
            widen(code, sums, sums, 1);
        }
    }

    /** {@code sums =} dot products of four neighbouring bytes, added over all vectors of weights. */
    public void sum(KernelCode code, Vec sums, Vec[] weights, Operand[] activations, Vec[] temporaries) {
        boolean together = weights.length > 1 && maxPairs() >= weights.length;
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

    /** {@code to =} sums of two neighbouring products, in 16 bits. */
    private void pairs(KernelCode code, Vec to, Vec weights, Operand activations, Vec[] temporaries) {
        if (signed()) {
            code.a.vmovups(to, activations);
            code.a.vpsignb(to, to, weights);
            code.a.vpmaddubsw(to, temporaries[1], to);
        } else {
            code.a.vpmaddubsw(to, weights, activations);
        }
    }

    /** {@code to =} the sums of two neighbouring 16-bit elements, in 32 bits, times a factor. */
    public static void widen(KernelCode code, Vec to, Vec pairs, int factor) {
        code.a.vpmaddwd(to, pairs, code.everyInt(factor << 16 | factor));
    }
}
