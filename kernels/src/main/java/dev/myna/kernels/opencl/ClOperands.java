// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.kernels.Weight;

/** Checks of operands, once per operation. What does not fit is named in an {@link IllegalArgumentException}. */
final class ClOperands {
    private ClOperands() {}

    static IllegalArgumentException misfit(String message, Object... values) {
        return new IllegalArgumentException(String.format(message, values));
    }

    /** A buffer of at least {@code n} rows. */
    static ClBuffer buffer(Buffer buffer, String name, int n) {
        if (!(buffer instanceof ClBuffer cl)) {
            throw misfit("%s: not a buffer of an OpenCL device", name);
        }
        if (n < 0 || n > cl.rows()) {
            throw misfit("%s: has %d rows, not %d", name, cl.rows(), n);
        }
        cl.requireAlive();
        return cl;
    }

    /** A buffer of at least {@code n} rows of exactly {@code width} elements. */
    static ClBuffer buffer(Buffer buffer, String name, int n, int width) {
        ClBuffer cl = buffer(buffer, name, n);
        if (cl.width() != width) {
            throw misfit("%s: width is %d, needed is %d", name, cl.width(), width);
        }
        return cl;
    }

    /** A picture stored as rows. */
    static ClBuffer grid(Buffer buffer, int height, int width) {
        if (height <= 0 || width <= 0) {
            throw misfit("grid %d x %d is empty", height, width);
        }
        return buffer(buffer, "in", Math.multiplyExact(height, width));
    }

    static ClWeight weight(Weight weight, String name) {
        if (weight instanceof ClWeight cl) {
            return cl;
        }
        throw misfit("%s: not a weight of an OpenCL device", name);
    }

    /** A weight of {@code width} elements in all, as f32. */
    static ClWeight vector(Weight weight, String name, int width) {
        ClWeight cl = weight(weight, name);
        if (cl.elements() != width || cl.type() != TensorType.F32) {
            throw misfit(
                    "%s (%s): shape is %s, needed is [%d]",
                    name, cl.tensor().name(), cl.tensor().shape(), width);
        }
        return cl;
    }

    /** A 3x3 kernel per channel: [3, 3, C] or [3, 3, 1, C]. */
    static ClWeight depthwise(Weight weight, int channels) {
        ClWeight cl = weight(weight, "weight");
        Tensor tensor = cl.tensor();
        boolean fits = tensor.shape().size() >= 3
                && tensor.shape().get(0) == 3
                && tensor.shape().get(1) == 3
                && tensor.elements() == 9L * channels;
        if (!fits) {
            throw misfit("weight (%s): shape is %s, needed is [3, 3, %d]", tensor.name(), tensor.shape(), channels);
        }
        return cl;
    }

    /** The cache of a batch row. */
    static ClKvCache cache(Batch batch, int row, int layer) {
        if (!(batch.cache(row) instanceof ClKvCache cache)) {
            throw misfit("batch row %d: not a cache of an OpenCL device", row);
        }
        if (layer < 0 || layer >= cache.shape().layers()) {
            throw misfit("layer: %d is not one of %d", layer, cache.shape().layers());
        }
        cache.requireAlive();
        return cache;
    }

    /** The cache of a batch row, with {@code heads} heads of {@code dim} elements in {@code layer}. */
    static ClKvCache cache(Batch batch, int row, int layer, int heads, int dim) {
        ClKvCache cache = cache(batch, row, layer);
        KvCache.Shape shape = cache.shape();
        if (shape.heads() != heads || shape.headDim() != dim) {
            throw misfit(
                    "batch row %d: cache has %d heads of width %d, needed are %d of %d",
                    row, shape.heads(), shape.headDim(), heads, dim);
        }
        return cache;
    }

    static void requireRange(int offset, int count, int length, String name) {
        if (offset < 0 || count > length - offset) {
            throw misfit("%s: %d elements from %d exceed its length %d", name, count, offset, length);
        }
    }

    /** The output must not overlap an input. */
    static void requireApart(ClBuffer in, ClBuffer out) {
        if (in.overlaps(out)) {
            throw new IllegalArgumentException("out: overlaps an input");
        }
    }
}
