// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.operand;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Weight;
import dev.myna.kernels.operand.Checks;

/** Operands of this kind of device, once they have passed the {@link Checks} of all. */
public final class Operands {
    private Operands() {}

    /** A buffer of at least {@code n} rows. */
    public static CpuBuffer buffer(Buffer buffer, String name, int n) {
        if (!(buffer instanceof CpuBuffer cpu)) {
            throw Checks.misfit("%s: not a buffer of a CPU device", name);
        }
        Checks.requireRows(cpu, name, n);
        return cpu;
    }

    /** A buffer of at least {@code n} rows of exactly {@code width} elements. */
    public static CpuBuffer buffer(Buffer buffer, String name, int n, int width) {
        CpuBuffer cpu = buffer(buffer, name, n);
        Checks.requireWidth(cpu, name, width);
        return cpu;
    }

    /** An image stored as rows. */
    public static CpuBuffer grid(Buffer buffer, int height, int width) {
        return buffer(buffer, "in", Checks.gridRows(height, width));
    }

    public static CpuWeight weight(Weight weight, String name) {
        if (weight instanceof CpuWeight cpu) {
            return cpu;
        }
        throw Checks.misfit("%s: not a weight of a CPU device", name);
    }

    /** A weight of one row of {@code width} elements. */
    public static CpuWeight vector(Weight weight, String name, int width) {
        CpuWeight cpu = weight(weight, name);
        Checks.requireVector(cpu.tensor(), name, width);
        return cpu;
    }

    /** A 3x3 kernel per channel: [3, 3, C] or [3, 3, 1, C]. */
    public static CpuWeight depthwise(Weight weight, int channels) {
        CpuWeight cpu = weight(weight, "weight");
        Checks.requireDepthwise(cpu.tensor(), channels);
        return cpu;
    }

    /** The output must not overlap an input. */
    public static void requireApart(CpuBuffer in, CpuBuffer out) {
        long a = in.memory().address();
        long b = out.memory().address();
        if (a < b + out.memory().byteSize() && b < a + in.memory().byteSize()) {
            throw new IllegalArgumentException("out: overlaps an input");
        }
    }
}
