// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.code;

import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.V;

/**
 * Dot products of signed bytes, four to a 32-bit lane. FEAT_DotProd has one instruction for 16 bytes ({@code sdot}). Without
 * it, {@code smull} and {@code smlal2} add two products in 16 bits (two products of at most 128 times 127 fit), and {@code
 * sadalp} adds two such pairs in 32 bits.
 */
public final class DotCode {
    private final Assembler a;
    private final boolean dotProd;
    /** Pair sums in 16 bits, without FEAT_DotProd. */
    private final V pairs;

    public DotCode(KernelCode code) {
        a = code.a;
        dotProd = code.isa.dotProd();
        pairs = dotProd ? null : code.take();
    }

    /** Without FEAT_DotProd, with a register for pair sums. */
    public DotCode(KernelCode code, V pairs) {
        a = code.a;
        dotProd = false;
        this.pairs = pairs;
    }

    /** {@code sums =} dot products of {@code count} vectors from {@code first} on, added. */
    public void sum(V sums, V[] weights, V[] activations, int first, int count) {
        for (int i = first; i < first + count; i++) {
            if (dotProd) {
                if (i == first) {
                    a.movi(sums.s4(), 0);
                }
                a.sdot(sums.s4(), weights[i].b16(), activations[i].b16());
            } else {
                a.smull(pairs.h8(), weights[i].b8(), activations[i].b8());
                a.smlal2(pairs.h8(), weights[i].b16(), activations[i].b16());
                if (i == first) {
                    a.saddlp(sums.s4(), pairs.h8());
                } else {
                    a.sadalp(sums.s4(), pairs.h8());
                }
            }
        }
    }
}
