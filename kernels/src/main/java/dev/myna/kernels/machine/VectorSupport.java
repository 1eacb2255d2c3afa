// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.machine;

/** Whether this process can compute with vectors. Touches vector types only after finding their module. */
public final class VectorSupport {
    /** The module that has the Vector API. */
    public static final String MODULE = "jdk.incubator.vector";

    private VectorSupport() {}

    /** Whether the module is present; the JVM must be started with it. */
    public static boolean moduleThere() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    /** Whether vectors are present and wide enough. */
    public static boolean usable() {
        return moduleThere() && Lanes.usable();
    }
}
