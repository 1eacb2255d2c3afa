// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/**
 * A tensor in a mapped file: element {@code [i, j, ...]} lies {@code first + i * strides[0] + j * strides[1] + ...}
 * elements into its storage.
 */
final class StoredTensor implements SourceTensor {
    private final String name;
    private final MappedFile file;
    private final ElementType type;
    private final List<Long> shape;
    private final long elements;
    private final MemorySegment storage;
    private final long first;
    private final long[] strides;
    private final boolean contiguous;

    private StoredTensor(
            String name,
            MappedFile file,
            ElementType type,
            List<Long> shape,
            long elements,
            MemorySegment storage,
            long first,
            long[] strides) {
        this.name = name;
        this.file = file;
        this.type = type;
        this.shape = shape;
        this.elements = elements;
        this.storage = storage;
        this.first = first;
        this.strides = strides;
        this.contiguous = isContiguous(shape, strides);
    }

    /** A tensor that fills {@code data} in row-major order. */
    static StoredTensor contiguous(
            String name, MappedFile file, ElementType type, List<Long> shape, MemorySegment data) {
        long[] strides = new long[shape.size()];
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape.get(i);
        }
        return new StoredTensor(name, file, type, shape, data.byteSize() / type.bytes(), data, 0, strides);
    }

    /**
     * A tensor of any strides in a storage that it may share.
     *
     * @param first index in the storage of the tensor's first element
     * @param strides distances in elements, one per dimension
     * @throws CheckpointException if a dimension, a stride or {@code first} is negative, if an element lies outside of
     *     the storage, or if the tensor has more elements than the storage
     */
    static StoredTensor strided(
            String name,
            MappedFile file,
            ElementType type,
            List<Long> shape,
            MemorySegment storage,
            long first,
            List<Long> strides) {
        String place = "tensor " + Text.quote(name) + ": ";
        if (shape.size() != strides.size()) {
            throw file.fail(place + "shape " + shape + " and strides " + strides + " differ in length");
        }
        long stored = storage.byteSize() / type.bytes();
        long elements = 1;
        long last = first;
        try {
            for (int i = 0; i < shape.size(); i++) {
                if (shape.get(i) < 0 || strides.get(i) < 0) {
                    throw file.fail(place + "shape " + shape + " and strides " + strides + " must not be negative");
                }
                elements = Math.multiplyExact(elements, shape.get(i));
                last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape.get(i) - 1), strides.get(i)));
            }
        } catch (ArithmeticException e) {
            throw file.fail(place + "the size of shape " + shape + " with strides " + strides + " overflows 64 bits");
        }
        boolean inside = elements == 0 ? first <= stored : last < stored;
        if (first < 0 || !inside) {
            throw file.fail(place + "shape " + shape + " with strides " + strides + " from element " + first
                    + " reaches outside of its storage of " + stored + " elements");
        }
        // With strides of 0, a few bytes could be a tensor of any size.
        if (elements > stored) {
            throw file.fail(place + "shape " + shape + " has more elements than its storage, which has " + stored
                    + "; save a copy of the tensor that is not expanded");
        }
        long[] distances = strides.stream().mapToLong(Long::longValue).toArray();
        return new StoredTensor(name, file, type, shape, elements, storage, first, distances);
    }

    private static boolean isContiguous(List<Long> shape, long[] strides) {
        long expected = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            long dimension = shape.get(i);
            if (dimension != 1 && strides[i] != expected) {
                return false;
            }
            expected *= dimension;
        }
        return true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Path file() {
        return file.path();
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public List<Long> shape() {
        return shape;
    }

    @Override
    public long elements() {
        return elements;
    }

    @Override
    public void read(long from, MemorySegment target) {
        long count = target.byteSize() / type.bytes();
        if (from < 0 || from > elements || count > elements - from) {
            throw new IndexOutOfBoundsException(
                    "tensor " + Text.quote(name) + ": elements " + from + " to " + (from + count) + " of " + elements);
        }
        if (count == 0) {
            return;
        }
        try {
            if (contiguous) {
                long offset = storage.address() - file.bytes().address();
                long bytes = type.bytes();
                file.read(offset + (first + from) * bytes, target.asSlice(0, count * bytes));
            } else {
                gather(from, count, target);
            }
        } catch (InternalError e) {
            throw file.changed(e);
        }
    }

    /** Walks the rows (the last dimension) that the range touches. */
    private void gather(long from, long count, MemorySegment target) {
        int last = strides.length - 1;
        long[] index = new long[strides.length];
        long rest = from;
        for (int i = last; i >= 0; i--) {
            index[i] = rest % shape.get(i);
            rest /= shape.get(i);
        }
        long done = 0;
        while (done < count) {
            long start = first;
            for (int i = 0; i <= last; i++) {
                start += index[i] * strides[i];
            }
            long run = Math.min(count - done, shape.get(last) - index[last]);
            copyRow(start, strides[last], run, target, done);
            done += run;
            index[last] += run;
            for (int i = last; i > 0 && index[i] == shape.get(i); i--) {
                index[i] = 0;
                index[i - 1]++;
            }
        }
    }

    /** Copies {@code count} elements that lie {@code stride} elements apart. */
    private void copyRow(long start, long stride, long count, MemorySegment target, long at) {
        long bytes = type.bytes();
        if (stride == 1) {
            MemorySegment.copy(storage, start * bytes, target, at * bytes, count * bytes);
            return;
        }
        long source = start * bytes;
        long step = stride * bytes;
        long end = (at + count) * bytes;
        switch (type.bytes()) {
            case 1 -> {
                for (long to = at; to < end; to++, source += step) {
                    target.set(ValueLayout.JAVA_BYTE, to, storage.get(ValueLayout.JAVA_BYTE, source));
                }
            }
            case 2 -> {
                for (long to = at * 2; to < end; to += 2, source += step) {
                    target.set(MappedFile.SHORT, to, storage.get(MappedFile.SHORT, source));
                }
            }
            case 4 -> {
                for (long to = at * 4; to < end; to += 4, source += step) {
                    target.set(MappedFile.INT, to, storage.get(MappedFile.INT, source));
                }
            }
            case 8 -> {
                for (long to = at * 8; to < end; to += 8, source += step) {
                    target.set(MappedFile.LONG, to, storage.get(MappedFile.LONG, source));
                }
            }
            default -> throw new AssertionError(type);
        }
    }
}
