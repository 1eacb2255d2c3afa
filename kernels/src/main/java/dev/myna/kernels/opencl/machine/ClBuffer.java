// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.opencl.machine;

import dev.myna.kernels.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Activations in device memory.
 *
 * @param memory what the buffer is a part of
 * @param life alive as long as the scope that owns the memory
 * @param offset where it begins, in elements
 */
public record ClBuffer(ClMemory memory, MemorySegment life, long offset, int rows, int width) implements Buffer {

    @Override
    public ClBuffer slice(int first, int count) {
        Objects.checkFromIndexSize(first, count, rows);
        return new ClBuffer(memory, life, offset + (long) first * width, count, width);
    }

    void requireAlive() {
        if (!life.scope().isAlive()) {
            throw new IllegalStateException("the buffer's scope is closed");
        }
    }

    boolean overlaps(ClBuffer other) {
        return memory == other.memory
                && offset < other.offset + (long) other.rows * other.width
                && other.offset < offset + (long) rows * width;
    }
}
