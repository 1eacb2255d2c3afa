// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.loaders.hf.ElementType;
import dev.myna.loaders.hf.SourceTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * A vector that is computed from the configuration; no file of the checkpoint has it.
 *
 * @param file the configuration, for messages
 */
public record ComputedTensor(String name, Path file, float[] values) implements SourceTensor {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public ElementType type() {
        return ElementType.F32;
    }

    @Override
    public List<Long> shape() {
        return List.of((long) values.length);
    }

    @Override
    public void read(long first, MemorySegment target) {
        int count = Math.toIntExact(target.byteSize() / Float.BYTES);
        MemorySegment.copy(values, Math.toIntExact(first), target, FLOAT, 0, count);
    }
}
