// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.kernels.quantize.Quantize;
import dev.myna.loaders.hf.ElementType;
import dev.myna.loaders.hf.SourceTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/** A vector of a checkpoint with one added to each element: Gemma stores the weights of its norms without it. */
record OnePlus(SourceTensor source) implements SourceTensor {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Path file() {
        return source.file();
    }

    @Override
    public ElementType type() {
        return ElementType.F32;
    }

    @Override
    public List<Long> shape() {
        return source.shape();
    }

    @Override
    public void read(long first, MemorySegment target) {
        long count = target.byteSize() / Float.BYTES;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stored = arena.allocate(count * source.type().bytes(), Float.BYTES);
            source.read(first, stored);
            MemorySegment values = arena.allocate(target.byteSize(), Float.BYTES);
            Quantize.dequantize(CheckpointRows.format(source.type()), stored, values, 1, Math.toIntExact(count), 1);
            for (long i = 0; i < count; i++) {
                target.set(FLOAT, i * Float.BYTES, 1 + values.get(FLOAT, i * Float.BYTES));
            }
        }
    }
}
