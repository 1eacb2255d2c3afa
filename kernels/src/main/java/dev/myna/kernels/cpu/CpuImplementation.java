// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.cpu.attention.AttentionTiles;
import dev.myna.kernels.cpu.jit.Programs;
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

    static CpuImplementation jit(Programs programs) {
        String label = "machine code for " + programs.isa().label();
        return new CpuImplementation(
                CpuKernels.JIT,
                label + ", " + Lanes.describe(),
                label,
                new PlainThenVectors(tiles(programs)).arithmetic(),
                new JitMatMul(programs));
    }

    /** Panels are as wide as the Vector API's vectors, which need not be the widest. */
    static AttentionTiles tiles(Programs programs) {
        return programs.isa().lanes() == Lanes.W
                ? new AttentionTiles.MachineCode(programs.attention())
                : new AttentionTiles.Vectors();
    }
}
