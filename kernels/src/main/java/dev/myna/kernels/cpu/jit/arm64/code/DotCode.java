// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit.arm64.code;

import dev.myna.kernels.asm.arm64.Assembler;
import dev.myna.kernels.asm.arm64.V;

/**
 * Sums of products of signed bytes, in four numbers of 32 bits. FEAT_DotProd has one instruction for 16 of them. Without it 16-bit
 * products are summed in pairs, eight at a time: two products of at most 128 times 127 fit 16 bits.
 */
public final class DotCode {
    private final Assembler a;
    private final boolean dotProd;
    /** Sums of two products, without FEAT_DotProd. */
    private final V pairs;

    public DotCode(KernelCode code) {
        a = code.a;
        dotProd = code.isa.dotProd();
        pairs = dotProd ? null : code.take();
    }

    /** Without FEAT_DotProd. */
    public DotCode(KernelCode code, V pairs) {
        a = code.a;
        dotProd = false;
        this.pairs = pairs;
    }

    /** {@code sums =} sums of products of {@code count} vectors. */
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
