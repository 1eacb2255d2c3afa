// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.cpu.jit.Isa;
import dev.myna.kernels.cpu.jit.Programs;
import dev.myna.kernels.cpu.jit.RefusedException;
import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.VectorSupport;
import java.util.List;

/** Decides which implementation this JVM runs. Touches vector types only after finding their module. */
final class CpuChoice {
    private CpuChoice() {}

    /** The best implementation that runs here, from {@code best} on. */
    static RangeKernels kernels(CpuKernels best) {
        if (best == CpuKernels.SCALAR || !VectorSupport.usable()) {
            return new ScalarKernels();
        }
        if (best == CpuKernels.JIT) {
            try {
                return new JitKernels(set());
            } catch (RefusedException e) {
                return new VectorKernels();
            }
        }
        return new VectorKernels();
    }

    private static Isa set() throws RefusedException {
        List<Isa> sets = Programs.sets();
        if (sets.isEmpty()) {
            throw new RefusedException("the processor has no AVX2");
        }
        return sets.getFirst();
    }

    static String describe() {
        if (!VectorSupport.moduleThere()) {
            return "scalar: module " + VectorSupport.MODULE + " is absent; start java with --add-modules="
                    + VectorSupport.MODULE;
        }
        if (!VectorSupport.usable()) {
            return "scalar: this JVM does not compile vectors";
        }
        String vectors = "Vector API, " + Lanes.describe();
        try {
            return "machine code for " + set().label() + "; " + vectors;
        } catch (RefusedException e) {
            return vectors + "; no machine code: " + e.getMessage();
        }
    }

    /** Why machine code does not run here, or null if it does. */
    static String refusal() {
        if (!VectorSupport.usable()) {
            return describe();
        }
        try {
            set();
            return null;
        } catch (RefusedException e) {
            return e.getMessage();
        }
    }
}
