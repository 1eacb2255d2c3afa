// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;
import dev.myna.kernels.operand.Checks;

/** Operands of this kind of device, once they have passed the {@link Checks} of all. */
final class ClOperands {
    private ClOperands() {}

    /** A buffer of at least {@code n} rows. */
    static ClBuffer buffer(Buffer buffer, String name, int n) {
        if (!(buffer instanceof ClBuffer cl)) {
            throw Checks.misfit("%s: not a buffer of an OpenCL device", name);
        }
        Checks.requireRows(cl, name, n);
        cl.requireAlive();
        return cl;
    }

    /** A buffer of at least {@code n} rows of exactly {@code width} elements. */
    static ClBuffer buffer(Buffer buffer, String name, int n, int width) {
        ClBuffer cl = buffer(buffer, name, n);
        Checks.requireWidth(cl, name, width);
        return cl;
    }

    /** An image stored as rows. */
    static ClBuffer grid(Buffer buffer, int height, int width) {
        return buffer(buffer, "in", Checks.gridRows(height, width));
    }

    static ClWeight weight(Weight weight, String name) {
        if (weight instanceof ClWeight cl) {
            return cl;
        }
        throw Checks.misfit("%s: not a weight of an OpenCL device", name);
    }

    /** A weight of {@code width} elements in all, as f32. */
    static ClWeight vector(Weight weight, String name, int width) {
        ClWeight cl = weight(weight, name);
        if (cl.elements() != width || cl.type() != TensorType.F32) {
            throw Checks.misfitVector(cl.tensor(), name, width);
        }
        return cl;
    }

    /** A 3x3 kernel per channel: [3, 3, C] or [3, 3, 1, C]. */
    static ClWeight depthwise(Weight weight, int channels) {
        ClWeight cl = weight(weight, "weight");
        Checks.requireDepthwise(cl.tensor(), channels);
        return cl;
    }

    /** The cache of a batch row. */
    static ClKvCache cache(Batch batch, int row, int layer) {
        if (!(batch.cache(row) instanceof ClKvCache cache)) {
            throw Checks.misfit("batch row %d: not a cache of an OpenCL device", row);
        }
        Checks.requireLayer(cache.shape(), layer);
        cache.requireAlive();
        return cache;
    }

    /** The cache of a batch row, with {@code heads} heads of {@code dim} elements in {@code layer}. */
    static ClKvCache cache(Batch batch, int row, int layer, int heads, int dim) {
        ClKvCache cache = cache(batch, row, layer);
        Checks.requireHeads(cache.shape(), row, heads, dim);
        return cache;
    }

    /** The output must not overlap an input. */
    static void requireApart(ClBuffer in, ClBuffer out) {
        if (in.overlaps(out)) {
            throw new IllegalArgumentException("out: overlaps an input");
        }
    }
}
