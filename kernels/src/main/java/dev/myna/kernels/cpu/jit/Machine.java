// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.cpu.jit.arm64.Arm64Kernels;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.KernelWriters;
import java.util.List;

/** This machine, as far as kernels depend on it. What tells kinds of processors apart is chosen here and nowhere else. */
final class Machine {
    private final CodeBuffer memory;
    private final List<Isa> sets;

    /**
     * @param listener is told of all code
     * @throws RefusedException if no kernels are written for this processor, or machine code cannot be run
     */
    Machine(CodeListener listener) throws RefusedException {
        if (!Platform.X64 && !Platform.ARM64) {
            throw new RefusedException("none is written for " + System.getProperty("os.arch"));
        }
        if (Platform.ARM64 && Platform.WINDOWS) {
            throw new RefusedException("none is written for Windows on Arm");
        }
        SystemFunctions system = new SystemFunctions();
        memory = new CodeBuffer(system, listener);
        sets = Platform.X64 ? Processor.sets(memory, Convention.here()) : Arm64Processor.sets(system);
    }

    CodeBuffer memory() {
        return memory;
    }

    /** The instruction sets that can be used, best first. */
    List<Isa> sets() {
        return sets;
    }

    static KernelWriters writers(Isa isa) {
        return switch (isa.architecture()) {
            case X64 -> new X64Kernels(isa, Convention.here());
            case ARM64 -> new Arm64Kernels(isa);
        };
    }
}
