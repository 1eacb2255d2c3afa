// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.jit;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.asm.Platform;
import dev.myna.kernels.asm.host.Arm64Processor;
import dev.myna.kernels.asm.host.CodeBuffer;
import dev.myna.kernels.asm.host.Kernel;
import dev.myna.kernels.asm.host.RefusedException;
import dev.myna.kernels.asm.host.SystemFunctions;
import dev.myna.kernels.asm.host.X64Processor;
import dev.myna.kernels.asm.x64.Convention;
import dev.myna.kernels.cpu.jit.arm64.Arm64Kernels;
import dev.myna.kernels.cpu.jit.contract.Isa;
import dev.myna.kernels.cpu.jit.contract.KernelWriters;
import dev.myna.kernels.cpu.jit.x64.X64Kernels;
import java.util.ArrayList;
import java.util.List;

/**
 * This machine: its instruction sets, and memory for their kernels. This class alone finds out the processor's instruction sets and
 * chooses between {@link X64Kernels} and {@link Arm64Kernels}. ({@code QuantTile} and {@code FloatTile} have shapes of their own for each
 * architecture, {@code CodeBuffer} maintains caches on Arm, and {@link Kernels} names the missing instruction set in a message.)
 */
public final class Machine {
    private final CodeBuffer memory;
    private final CodeListener listener;
    private final List<Isa> sets;

    /**
     * @param listener is called for each kernel
     * @throws RefusedException if no kernels are written for this processor, or machine code cannot be run
     */
    Machine(CodeListener listener) throws RefusedException {
        if (!Platform.X64 && !Platform.ARM64) {
            throw new RefusedException("none is written for " + System.getProperty("os.arch"));
        }
        if (Platform.ARM64 && Platform.WINDOWS) {
            throw new RefusedException("none is written for Windows on Arm");
        }
        this.listener = listener;
        SystemFunctions system = new SystemFunctions();
        memory = new CodeBuffer(system);
        sets = Platform.X64
                ? sets(X64Processor.ask(load("cpuid", X64Processor.code(Convention.here()))))
                : sets(Arm64Processor.ask(system));
    }

    /**
     * Makes code runnable.
     *
     * @param name for profilers
     * @throws RefusedException if the system refuses memory, or to make it executable
     */
    Kernel load(String name, byte[] code) throws RefusedException {
        Kernel kernel = memory.load(code);
        listener.assembled(name, kernel.code().asReadOnly());
        return kernel;
    }

    /** The instruction sets that can be used, best first. */
    List<Isa> sets() {
        return sets;
    }

    private static List<Isa> sets(X64Processor processor) {
        List<Isa> sets = new ArrayList<>();
        if (processor.avx512Vnni()) {
            sets.add(Isa.AVX512_VNNI);
        }
        if (processor.avx512()) {
            sets.add(Isa.AVX512);
        }
        if (processor.avxVnni()) {
            sets.add(Isa.AVX2_VNNI);
        }
        if (processor.avx2()) {
            sets.add(Isa.AVX2);
        }
        return sets;
    }

    static List<Isa> sets(Arm64Processor processor) {
        List<Isa> sets = new ArrayList<>();
        if (processor.neon() && processor.dotProd() && processor.i8mm()) {
            sets.add(Isa.NEON_I8MM);
        }
        if (processor.neon() && processor.dotProd()) {
            sets.add(Isa.NEON_DOTPROD);
        }
        if (processor.neon()) {
            sets.add(Isa.NEON);
        }
        return sets;
    }

    static KernelWriters writers(Isa isa) {
        return switch (isa.architecture()) {
            case X64 -> new X64Kernels(isa, Convention.here());
            case ARM64 -> new Arm64Kernels(isa);
        };
    }
}
