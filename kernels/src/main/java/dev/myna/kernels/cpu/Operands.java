// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu;

import dev.myna.kernels.Batch;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.KvCache;
import dev.myna.kernels.Tensor;
import dev.myna.kernels.Weight;

/** Checks of operands, once per operation. What does not fit is named in an {@link IllegalArgumentException}. */
final class Operands {
    private Operands() {}

    /** What to throw about operands that do not fit: an argument list would be allocated for those that do, too. */
    static IllegalArgumentException misfit(String message, Object... values) {
        return new IllegalArgumentException(String.format(message, values));
    }

    /** A buffer of at least {@code n} rows. */
    static CpuBuffer buffer(Buffer buffer, String name, int n) {
        if (!(buffer instanceof CpuBuffer cpu)) {
            throw new IllegalArgumentException(name + ": not a buffer of a CPU device");
        }
        if (n < 0 || n > cpu.rows()) {
            throw new IllegalArgumentException(name + ": has " + cpu.rows() + " rows, not " + n);
        }
        return cpu;
    }

    /** A buffer of at least {@code n} rows of exactly {@code width} elements. */
    static CpuBuffer buffer(Buffer buffer, String name, int n, int width) {
        CpuBuffer cpu = buffer(buffer, name, n);
        if (cpu.width() != width) {
            throw new IllegalArgumentException(name + ": width is " + cpu.width() + ", needed is " + width);
        }
        return cpu;
    }

    /** A picture stored as rows. */
    static CpuBuffer grid(Buffer buffer, int height, int width) {
        if (height <= 0 || width <= 0) {
            throw misfit("grid %d x %d is empty", height, width);
        }
        return buffer(buffer, "in", Math.multiplyExact(height, width));
    }

    static CpuWeight weight(Weight weight, String name) {
        if (weight instanceof CpuWeight cpu) {
            return cpu;
        }
        throw new IllegalArgumentException(name + ": not a weight of a CPU device");
    }

    /** A weight of one row of {@code width} elements. */
    static CpuWeight vector(Weight weight, String name, int width) {
        CpuWeight cpu = weight(weight, name);
        if (cpu.elements() != width) {
            Tensor tensor = cpu.tensor();
            throw new IllegalArgumentException(
                    name + " (" + tensor.name() + "): shape is " + tensor.shape() + ", needed is [" + width + "]");
        }
        return cpu;
    }

    /** A 3x3 kernel per channel: [3, 3, C] or [3, 3, 1, C]. */
    static CpuWeight depthwise(Weight weight, int channels) {
        CpuWeight cpu = weight(weight, "weight");
        Tensor tensor = cpu.tensor();
        boolean fits = tensor.shape().size() >= 3
                && tensor.shape().get(0) == 3
                && tensor.shape().get(1) == 3
                && tensor.elements() == 9L * channels;
        if (!fits) {
            throw new IllegalArgumentException("weight (" + tensor.name() + "): shape is " + tensor.shape()
                    + ", needed is [3, 3, " + channels + "]");
        }
        return cpu;
    }

    /** The cache of a batch row, with {@code heads} heads of {@code dim} elements in {@code layer}. */
    static CpuKvCache cache(Batch batch, int row, int layer, int heads, int dim) {
        CpuKvCache cache = cache(batch, row, layer);
        KvCache.Shape shape = cache.shape();
        if (shape.heads() != heads || shape.headDim() != dim) {
            throw misfit(
                    "batch row %d: cache has %d heads of width %d, needed are %d of %d",
                    row, shape.heads(), shape.headDim(), heads, dim);
        }
        return cache;
    }

    /** The cache of a batch row. */
    static CpuKvCache cache(Batch batch, int row, int layer) {
        if (!(batch.cache(row) instanceof CpuKvCache cache)) {
            throw new IllegalArgumentException("batch row " + row + ": not a cache of a CPU device");
        }
        if (layer < 0 || layer >= cache.shape().layers()) {
            throw misfit("layer: %d is not one of %d", layer, cache.shape().layers());
        }
        cache.requireAlive();
        return cache;
    }

    static void requireRange(int offset, int count, int length, String name) {
        if (offset < 0 || count > length - offset) {
            throw new IllegalArgumentException(
                    name + ": " + count + " elements from " + offset + " exceed its length " + length);
        }
    }

    /** The output must not overlap an input. */
    static void requireApart(CpuBuffer in, CpuBuffer out) {
        long a = in.memory().address();
        long b = out.memory().address();
        if (a < b + out.memory().byteSize() && b < a + in.memory().byteSize()) {
            throw new IllegalArgumentException("out: overlaps an input");
        }
    }
}
