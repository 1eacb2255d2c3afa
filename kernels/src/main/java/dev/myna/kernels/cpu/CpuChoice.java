// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.format.Lanes;
import dev.myna.kernels.format.VectorSupport;

/** Decides once which implementation this JVM runs. Touches vector types only after finding their module. */
final class CpuChoice {
    private CpuChoice() {}

    static RangeKernels kernels() {
        return VectorSupport.usable() ? new VectorKernels() : new ScalarKernels();
    }

    static String describe() {
        if (!VectorSupport.moduleThere()) {
            return "scalar: module " + VectorSupport.MODULE + " is absent; start java with --add-modules="
                    + VectorSupport.MODULE;
        }
        return Lanes.usable() ? "Vector API, " + Lanes.describe() : "scalar: this JVM does not compile vectors";
    }
}
