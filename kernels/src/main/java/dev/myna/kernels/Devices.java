// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import dev.myna.kernels.cpu.CpuDevice;

/** Opens devices. The one place where the implementation is chosen. */
public final class Devices {
    private Devices() {}

    /**
     * The fastest CPU implementation this JVM can run: the Vector API if its module is present, else scalar.
     *
     * @param threads worker threads, at least 1
     */
    public static Device cpu(int threads) {
        return CpuDevice.fastest(threads);
    }

    /** The scalar reference: slow, simple, accumulates in double precision. */
    public static Device scalar() {
        return CpuDevice.scalar();
    }

    /** One line saying which CPU implementation {@link #cpu} uses and why, for {@code doctor}. */
    public static String describeCpu() {
        return CpuDevice.describe();
    }
}
