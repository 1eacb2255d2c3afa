// SPDX-License-Identifier: Apache-2.0
package dev.myna.kernels.cpu.operand;

import dev.myna.kernels.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Activations in native memory.
 *
 * @param memory exactly {@code rows} x {@code width} f32
 */
public record CpuBuffer(MemorySegment memory, int rows, int width) implements Buffer {

    @Override
    public CpuBuffer slice(int first, int count) {
        Objects.checkFromIndexSize(first, count, rows);
        return new CpuBuffer(memory.asSlice(first * rowBytes(), count * rowBytes()), count, width);
    }

    public long rowBytes() {
        return (long) width * Float.BYTES;
    }

    /** Address of the first element, of memory that is still allocated. */
    public long address() {
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException("the buffer's scope is closed");
        }
        return memory.address();
    }
}
