// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.format.Lanes;

/** Decides once which implementation this JVM runs. Touches vector types only after finding their module. */
final class CpuChoice {
    private static final String MODULE = "jdk.incubator.vector";

    private CpuChoice() {}

    private static boolean moduleThere() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    static RangeKernels kernels() {
        return moduleThere() && Lanes.usable() ? new VectorKernels() : new ScalarKernels();
    }

    static String describe() {
        if (!moduleThere()) {
            return "scalar: module " + MODULE + " is absent; start java with --add-modules=" + MODULE;
        }
        return Lanes.usable() ? "Vector API, " + Lanes.describe() : "scalar: this JVM does not compile vectors";
    }
}
