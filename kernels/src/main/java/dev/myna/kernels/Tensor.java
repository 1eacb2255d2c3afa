// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A named, typed, shaped view of native memory: usually a slice of a mapped GGUF file.
 *
 * @param name the tensor's name in its file
 * @param type number format of the stored elements
 * @param shape dimensions in ggml order: {@code shape[0]} is contiguous ("ne"), the reverse of PyTorch's order
 * @param data exactly the tensor's bytes, in native (off-heap) memory; never written
 */
public record Tensor(String name, TensorType type, List<Long> shape, MemorySegment data) {

    public Tensor {
        shape = List.copyOf(shape);
        if (!data.isNative()) {
            throw new IllegalArgumentException("tensor " + name + ": data must be native memory");
        }
        long bytes = type.bytes(elements(shape));
        if (shape.isEmpty() || shape.get(0) % type.blockSize() != 0 || data.byteSize() != bytes) {
            throw new IllegalArgumentException("tensor " + name + ": " + type + " " + shape + " needs " + bytes
                    + " bytes, not " + data.byteSize());
        }
    }

    /** Length of a row: {@code shape[0]}. */
    public long width() {
        return shape.get(0);
    }

    /** Number of rows: the product of all dimensions but the first. */
    public long rows() {
        return elements() / width();
    }

    /** Number of elements. */
    public long elements() {
        return elements(shape);
    }

    /** Bytes of one row. */
    public long rowBytes() {
        return type.bytes(width());
    }

    /**
     * Consecutive rows of a matrix.
     *
     * @throws IllegalArgumentException if there are no such rows
     */
    public Tensor rows(long first, long count) {
        if (shape.size() != 2) {
            throw new IllegalArgumentException("tensor " + name + ": shape " + shape + " is not that of a matrix");
        }
        return part(first * width(), count * width()).reshaped(width(), count);
    }

    /**
     * Consecutive elements, in whole blocks, as a vector.
     *
     * @throws IllegalArgumentException if there are no such elements
     */
    public Tensor part(long first, long count) {
        if (first < 0 || count <= 0 || first + count > elements() || first % type.blockSize() != 0) {
            throw new IllegalArgumentException(
                    "tensor " + name + ": elements " + first + " to " + (first + count - 1) + " are not a part of it");
        }
        return new Tensor(name, type, List.of(count), data.asSlice(type.bytes(first), type.bytes(count)));
    }

    /**
     * The same bytes with another shape.
     *
     * @throws IllegalArgumentException if the number of elements differs
     */
    public Tensor reshaped(long... dimensions) {
        return new Tensor(
                name, type, java.util.Arrays.stream(dimensions).boxed().toList(), data);
    }

    private static long elements(List<Long> shape) {
        long product = 1;
        for (long dimension : shape) {
            if (dimension <= 0) {
                throw new IllegalArgumentException("shape " + shape + " has a dimension that is not positive");
            }
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }
}
