// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.cpu.attention.AttentionKernels;
import dev.myna.kernels.cpu.attention.AttentionTiles;
import dev.myna.kernels.cpu.attention.FlashAttention;
import dev.myna.kernels.cpu.attention.ScalarAttention;
import dev.myna.kernels.cpu.elementwise.ElementwiseKernels;
import dev.myna.kernels.cpu.elementwise.PlainElementwise;
import dev.myna.kernels.cpu.elementwise.VectorElementwise;
import dev.myna.kernels.cpu.grids.GridKernels;
import dev.myna.kernels.cpu.grids.PlainGrids;
import dev.myna.kernels.cpu.grids.VectorGrids;
import dev.myna.kernels.cpu.math.RowMemory;
import dev.myna.kernels.cpu.norms.NormKernels;
import dev.myna.kernels.cpu.norms.PlainNorms;
import dev.myna.kernels.cpu.norms.VectorNorms;
import dev.myna.kernels.cpu.rope.PlainRope;
import dev.myna.kernels.cpu.rope.RopeKernels;
import dev.myna.kernels.cpu.rope.VectorRope;

/** One implementation of all arithmetic but matmul. Its operations may be called by several threads at once. */
record CpuArithmetic(
        NormKernels norms,
        ElementwiseKernels elementwise,
        RopeKernels rope,
        AttentionKernels attention,
        GridKernels grids) {

    /** The specification of every operation: sums and functions in double precision, rounded once. */
    static CpuArithmetic scalar() {
        return new CpuArithmetic(
                new NormKernels() {},
                new ElementwiseKernels() {},
                new RopeKernels() {},
                new ScalarAttention(),
                new GridKernels() {});
    }

    /** With vectors. */
    static CpuArithmetic vectors(AttentionTiles tiles) {
        return new CpuArithmetic(
                new VectorNorms(),
                new VectorElementwise(),
                new VectorRope(),
                FlashAttention.vectors(tiles),
                new VectorGrids());
    }

    /**
     * The operations of {@link #vectors} element by element, with the same bits. Any compiler makes good code of these loops at
     * once. A loop of vectors runs at a thousandth of its speed until the optimizing compiler has compiled it as a whole.
     */
    static CpuArithmetic plain(AttentionTiles tiles) {
        ThreadLocal<RowMemory> memory = ThreadLocal.withInitial(RowMemory::new);
        return new CpuArithmetic(
                new PlainNorms(memory),
                new PlainElementwise(memory),
                new PlainRope(memory),
                FlashAttention.plain(tiles, memory),
                new PlainGrids());
    }
}
