// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.operand.Checks;

/** Operands of this kind of device, once they have passed the {@link Checks} of all. */
public final class ClOperands {
    private ClOperands() {}

    /** A buffer of at least {@code n} rows. */
    public static ClBuffer buffer(Buffer buffer, String name, int n) {
        if (!(buffer instanceof ClBuffer cl)) {
            throw Checks.misfit("%s: not a buffer of an OpenCL device", name);
        }
        Checks.requireRows(cl, name, n);
        cl.requireAlive();
        return cl;
    }

    /** A buffer of at least {@code n} rows of exactly {@code width} elements. */
    public static ClBuffer buffer(Buffer buffer, String name, int n, int width) {
        ClBuffer cl = buffer(buffer, name, n);
        Checks.requireWidth(cl, name, width);
        return cl;
    }

    /** An image stored as rows. */
    public static ClBuffer grid(Buffer buffer, int height, int width) {
        return buffer(buffer, "in", Checks.gridRows(height, width));
    }

    public static ClWeight weight(Weight weight, String name) {
        if (weight instanceof ClWeight cl) {
            return cl;
        }
        throw Checks.misfit("%s: not a weight of an OpenCL device", name);
    }

    /** A weight of {@code width} elements in all, as f32. */
    public static ClWeight vector(Weight weight, String name, int width) {
        ClWeight cl = weight(weight, name);
        if (cl.elements() != width || cl.type() != TensorType.F32) {
            throw Checks.misfitVector(cl.tensor(), name, width);
        }
        return cl;
    }

    /** A 3x3 kernel per channel: [3, 3, C] or [3, 3, 1, C]. */
    public static ClWeight depthwise(Weight weight, int channels) {
        ClWeight cl = weight(weight, "weight");
        Checks.requireDepthwise(cl.tensor(), channels);
        return cl;
    }

    /** The output must not overlap an input. */
    public static void requireApart(ClBuffer in, ClBuffer out) {
        if (in.overlaps(out)) {
            throw new IllegalArgumentException("out: overlaps an input");
        }
    }
}
