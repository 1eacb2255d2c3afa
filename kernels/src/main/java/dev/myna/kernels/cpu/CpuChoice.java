// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.asm.host.RefusedException;
import dev.myna.kernels.cpu.jit.Kernels;
import dev.myna.kernels.machine.Lanes;
import dev.myna.kernels.machine.VectorSupport;

/**
 * The implementation that this JVM runs. Touches vector types only after finding their module.
 *
 * @param implementation the implementation
 * @param refusal why it is not the requested one, and what to do about it; null if it is
 */
record CpuChoice(CpuImplementation implementation, String refusal) {

    /**
     * The best implementation that runs here, from {@code best} on.
     *
     * @param listener receives machine code
     */
    static CpuChoice of(CpuKernels best, CodeListener listener) {
        if (best == CpuKernels.SCALAR) {
            return new CpuChoice(CpuImplementation.scalar(), null);
        }
        String noVectors = noVectors();
        if (noVectors != null) {
            return new CpuChoice(CpuImplementation.scalar(), noVectors);
        }
        if (best == CpuKernels.VECTOR) {
            return new CpuChoice(CpuImplementation.vectors(), null);
        }
        try {
            return new CpuChoice(CpuImplementation.jit(Kernels.best(listener)), null);
        } catch (RefusedException e) {
            return new CpuChoice(CpuImplementation.vectors(), e.getMessage());
        }
    }

    private static String noVectors() {
        if (!VectorSupport.moduleThere()) {
            return "module " + VectorSupport.MODULE + " is absent; start java with --add-modules="
                    + VectorSupport.MODULE;
        }
        return VectorSupport.usable() ? null : "this JVM does not compile vectors";
    }

    static String describe() {
        String noVectors = noVectors();
        if (noVectors != null) {
            return "scalar: " + noVectors;
        }
        String vectors = "Vector API, " + Lanes.describe();
        try {
            return "machine code for " + Kernels.best(CodeListener.NONE).isa().label() + "; " + vectors;
        } catch (RefusedException e) {
            return vectors + "; no machine code: " + e.getMessage();
        }
    }

    /** Why machine code does not run here, or null if it does. */
    static String jitRefusal() {
        if (noVectors() != null) {
            return describe();
        }
        try {
            Kernels.best(CodeListener.NONE);
            return null;
        } catch (RefusedException e) {
            return e.getMessage();
        }
    }
}
