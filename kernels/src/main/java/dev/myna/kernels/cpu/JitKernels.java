// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.cpu.jit.Isa;
import dev.myna.kernels.cpu.jit.Programs;

/** Products by machine code assembled at run time, everything else with vectors. */
final class JitKernels extends VectorKernels {
    private final Programs programs;

    JitKernels(Isa isa) {
        programs = new Programs(isa);
    }

    @Override
    public String name() {
        return "machine code for " + programs.isa().label() + ", " + super.name();
    }

    @Override
    public Multiplication multiplication() {
        return new JitMultiplication(programs, super.multiplication());
    }
}
