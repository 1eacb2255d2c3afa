// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.cpu.jit.Programs;
import dev.myna.kernels.cpu.jit.RefusedException;
import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.VectorSupport;

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
                return new JitKernels(Programs.best());
            } catch (RefusedException e) {
                return new VectorKernels();
            }
        }
        return new VectorKernels();
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
            return "machine code for " + Programs.best().isa().label() + "; " + vectors;
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
            Programs.best();
            return null;
        } catch (RefusedException e) {
            return e.getMessage();
        }
    }
}
