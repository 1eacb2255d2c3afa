// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.gguf;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A tensor as the file declares it.
 *
 * @param shape dimensions in ggml order, each positive
 * @param offset first byte of the data, from the start of the file
 * @param bytes bytes of the data
 */
record TensorInfo(String name, TensorType type, List<Long> shape, long offset, long bytes) {

    /**
     * A tensor to be written.
     *
     * @param offset first byte of the data, from the start of the data section
     * @throws IllegalArgumentException if the shape is not one the format can hold
     */
    static TensorInfo of(String name, TensorType type, long[] shape, long offset) {
        boolean counted = shape.length >= 1 && shape.length <= GgufHeader.MAX_DIMENSIONS;
        if (!counted || Arrays.stream(shape).anyMatch(dimension -> dimension <= 0)) {
            throw new IllegalArgumentException("tensor " + Text.quote(name) + ": shape " + Arrays.toString(shape)
                    + " is not 1 to " + GgufHeader.MAX_DIMENSIONS + " positive dimensions");
        }
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        long bytes = byteSize(
                type, dimensions, rule -> new IllegalArgumentException("tensor " + Text.quote(name) + ": " + rule));
        return new TensorInfo(name, type, dimensions, offset, bytes);
    }

    /**
     * Reads {@code count} tensor infos and checks that their data lies in the file, aligned and without overlap. Offsets of
     * the result count from the start of the file.
     */
    static Map<String, TensorInfo> readAll(GgufCursor cursor, long count, long alignment) {
        Map<String, TensorInfo> relative = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            cursor.at("tensor " + i);
            TensorInfo tensor = read(cursor, alignment);
            if (relative.putIfAbsent(tensor.name, tensor) != null) {
                throw cursor.fail("the tensor appears twice");
            }
        }
        long padding = -cursor.position() & (alignment - 1);
        long dataStart = cursor.position() + padding;
        long dataBytes = Math.max(0, cursor.size() - dataStart);
        requireInside(cursor, relative.values(), dataStart, dataBytes);
        requireDisjoint(cursor, relative);
        relative.replaceAll((name, tensor) -> tensor.movedBy(dataStart));
        return relative;
    }

    private static TensorInfo read(GgufCursor cursor, long alignment) {
        String name = cursor.name("tensor name", GgufHeader.MAX_TENSOR_NAME_BYTES);
        cursor.at("tensor " + Text.quote(name));
        List<Long> shape = readShape(cursor);
        TensorType type = readType(cursor);
        long bytes = byteSize(type, shape, cursor::fail);
        long offset = cursor.u64("data offset", Long.MAX_VALUE);
        if (offset % alignment != 0) {
            throw cursor.fail("data offset " + offset + " is not a multiple of the alignment " + alignment);
        }
        return new TensorInfo(name, type, shape, offset, bytes);
    }

    private static List<Long> readShape(GgufCursor cursor) {
        int dimensions = cursor.u32("dimension count");
        if (dimensions < 1 || dimensions > GgufHeader.MAX_DIMENSIONS) {
            throw cursor.fail("the tensor has " + Integer.toUnsignedString(dimensions) + " dimensions; it must have 1"
                    + " to " + GgufHeader.MAX_DIMENSIONS);
        }
        List<Long> shape = new ArrayList<>(dimensions);
        for (int i = 0; i < dimensions; i++) {
            long dimension = cursor.u64("dimension " + i, Long.MAX_VALUE);
            if (dimension == 0) {
                throw cursor.fail("dimension " + i + " is 0; it must be positive");
            }
            shape.add(dimension);
        }
        return List.copyOf(shape);
    }

    private static TensorType readType(GgufCursor cursor) {
        int id = cursor.u32("tensor type");
        return TensorType.byId(id).orElseThrow(() -> cursor.fail("tensor type " + UnsupportedTypes.describe(id)));
    }

    private static long byteSize(
            TensorType type, List<Long> shape, Function<String, ? extends RuntimeException> failure) {
        if (shape.get(0) % type.blockSize() != 0) {
            throw failure.apply("a row of " + shape.get(0) + " elements is not a whole number of " + type + " blocks"
                    + " of " + type.blockSize());
        }
        try {
            long elements = 1;
            for (long dimension : shape) {
                elements = Math.multiplyExact(elements, dimension);
            }
            return type.bytes(elements);
        } catch (ArithmeticException e) {
            throw failure.apply("the size of shape " + shape + " overflows 64 bits");
        }
    }

    /** If the data of a tensor ends beyond the file, the message says how long the file must be for all tensors. */
    private static void requireInside(
            GgufCursor cursor, Collection<TensorInfo> tensors, long dataStart, long dataBytes) {
        TensorInfo first = null;
        long needed = 0;
        for (TensorInfo tensor : tensors) {
            long end = tensor.offset + tensor.bytes;
            boolean inside = tensor.offset <= dataBytes && tensor.bytes <= dataBytes - tensor.offset;
            first = first == null && !inside ? tensor : first;
            needed = end < 0 || end + dataStart < 0 || needed < 0 ? -1 : Math.max(needed, end + dataStart);
        }
        if (first != null) {
            cursor.at("tensor " + Text.quote(first.name));
            long missing = first.bytes - (dataBytes - first.offset);
            throw cursor.incomplete(
                    needed,
                    (first.offset > dataBytes ? "data offset is " + first.offset + ", " : "") + "data of " + first.bytes
                            + " bytes at offset " + first.offset + " of a data section of " + dataBytes
                            + " bytes: the file is " + (missing < 0 ? "more than 2^63" : missing) + " bytes short");
        }
    }

    private static void requireDisjoint(GgufCursor cursor, Map<String, TensorInfo> tensors) {
        List<TensorInfo> sorted = new ArrayList<>(tensors.values());
        sorted.sort(Comparator.comparingLong(TensorInfo::offset));
        for (int i = 1; i < sorted.size(); i++) {
            TensorInfo before = sorted.get(i - 1);
            TensorInfo tensor = sorted.get(i);
            if (tensor.offset < before.offset + before.bytes) {
                cursor.at("tensor " + Text.quote(tensor.name));
                throw cursor.fail("data offset " + tensor.offset + " overlaps tensor " + Text.quote(before.name)
                        + ", which ends at " + (before.offset + before.bytes));
            }
        }
    }

    private TensorInfo movedBy(long distance) {
        return new TensorInfo(name, type, shape, offset + distance, bytes);
    }
}
