// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.CodeListener;
import dev.myna.kernels.CpuKernels;
import dev.myna.kernels.asm.host.RefusedException;
import dev.myna.kernels.cpu.jit.Kernels;
import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.VectorSupport;

/**
 * Which implementation this JVM runs. Touches vector types only after finding their module.
 *
 * @param kernels the implementation
 * @param refusal why it is not the one that was asked for, and what to do about it; null if it is
 */
record CpuChoice(RangeKernels kernels, String refusal) {

    /**
     * The best implementation that runs here, from {@code best} on.
     *
     * @param listener is told of machine code
     */
    static CpuChoice of(CpuKernels best, CodeListener listener) {
        if (best == CpuKernels.SCALAR) {
            return new CpuChoice(new ScalarKernels(), null);
        }
        String noVectors = noVectors();
        if (noVectors != null) {
            return new CpuChoice(new ScalarKernels(), noVectors);
        }
        if (best == CpuKernels.VECTOR) {
            return new CpuChoice(new VectorKernels(), null);
        }
        try {
            return new CpuChoice(new JitKernels(Kernels.best(listener)), null);
        } catch (RefusedException e) {
            return new CpuChoice(new VectorKernels(), e.getMessage());
        }
    }

    /** As {@link #of}, where nobody asks why. */
    static RangeKernels kernels(CpuKernels best) {
        return of(best, CodeListener.NONE).kernels;
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
