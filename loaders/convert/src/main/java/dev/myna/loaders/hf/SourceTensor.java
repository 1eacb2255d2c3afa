// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** One tensor of a checkpoint. Thread-safe. */
public interface SourceTensor {

    /** Its name in the checkpoint. */
    String name();

    /** Its file, for messages. */
    Path file();

    /** Number format of the stored elements. */
    ElementType type();

    /** Dimensions in PyTorch's order (the last is contiguous); empty for a single number. */
    List<Long> shape();

    /** Number of elements. */
    default long elements() {
        return shape().stream().reduce(1L, Math::multiplyExact);
    }

    /**
     * Copies elements in their stored format, in row-major order, whatever the stored strides.
     *
     * @param first index of the first element, counted in row-major order
     * @param target receives {@code target.byteSize() / type().bytes()} elements, little-endian
     * @throws IndexOutOfBoundsException if there are fewer elements
     */
    void read(long first, MemorySegment target);
}
