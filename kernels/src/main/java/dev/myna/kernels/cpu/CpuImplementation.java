// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.cpu.attention.AttentionTiles;
import dev.myna.kernels.cpu.jit.Kernels;
import dev.myna.kernels.cpu.matmul.JitMatMul;
import dev.myna.kernels.cpu.matmul.MatMul;
import dev.myna.kernels.cpu.matmul.ScalarMatMul;
import dev.myna.kernels.cpu.matmul.VectorMatMul;
import dev.myna.kernels.machine.Lanes;

/**
 * One implementation of everything that one {@link CpuDevice} computes.
 *
 * @param name the implementation in a few words
 * @param label the implementation of matmul alone
 */
record CpuImplementation(CpuKernels kind, String name, String label, CpuArithmetic arithmetic, MatMul matmul) {

    static CpuImplementation scalar() {
        return new CpuImplementation(CpuKernels.SCALAR, "scalar", "scalar", CpuArithmetic.scalar(), new ScalarMatMul());
    }

    static CpuImplementation vectors() {
        return new CpuImplementation(
                CpuKernels.VECTOR,
                Lanes.describe(),
                "Vector API, " + Lanes.describe(),
                CpuArithmetic.vectors(new AttentionTiles.Vectors()),
                new VectorMatMul());
    }

    static CpuImplementation jit(Kernels kernels) {
        String label = "machine code for " + kernels.isa().label();
        return new CpuImplementation(
                CpuKernels.JIT,
                label + ", " + Lanes.describe(),
                label,
                new PlainThenVectors(tiles(kernels)).arithmetic(),
                new JitMatMul(kernels));
    }

    /** Panels are as wide as the Vector API's vectors, which need not be the widest. */
    static AttentionTiles tiles(Kernels kernels) {
        return kernels.isa().lanes() == Lanes.W
                ? new AttentionTiles.MachineCode(kernels.attention())
                : new AttentionTiles.Vectors();
    }
}
