// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.cpu.jit.Programs;
import dev.myna.kernels.format.Lanes;

/** Products by machine code assembled at run time, everything else with vectors. */
final class JitKernels extends VectorKernels {
    private final Programs programs;

    JitKernels(Programs programs) {
        super(tiles(programs));
        this.programs = programs;
    }

    /** Panels are as wide as the Vector API's vectors, which need not be the widest. */
    private static AttentionTiles tiles(Programs programs) {
        return programs.isa().lanes() == Lanes.W
                ? new AttentionTiles.MachineCode(programs.attention())
                : new AttentionTiles.Vectors();
    }

    @Override
    public String name() {
        return "machine code for " + programs.isa().label() + ", " + super.name();
    }

    @Override
    public String label() {
        return "machine code for " + programs.isa().label();
    }

    @Override
    public Multiplication multiplication() {
        return new JitMultiplication(programs);
    }
}
