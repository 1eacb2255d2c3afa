// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.hf.ElementType;
import dev.myna.loaders.hf.SourceTensor;
import dev.myna.loaders.rows.RowSource;
import dev.myna.loaders.text.Text;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The rows of several tensors of a checkpoint, in sequence.
 *
 * @param parts at least one, all of one element type
 * @param width elements per row
 */
public record CheckpointRows(List<SourceTensor> parts, long width) implements RowSource {
    @Override
    public TensorType type() {
        return format(parts.getFirst().type());
    }

    /** The format of a checkpoint's weights. */
    static TensorType format(ElementType type) {
        return switch (type) {
            case F32 -> TensorType.F32;
            case F16 -> TensorType.F16;
            case BF16 -> TensorType.BF16;
            default -> throw new IllegalArgumentException("weights of " + type);
        };
    }

    @Override
    public void read(long first, MemorySegment target) {
        int bytes = parts.getFirst().type().bytes();
        long element = first * width;
        long total = target.byteSize() / bytes;
        long done = 0;
        for (SourceTensor part : parts) {
            long elements = part.elements();
            if (element < elements && done < total) {
                long count = Math.min(elements - element, total - done);
                part.read(element, target.asSlice(done * bytes, count * bytes));
                done += count;
                element = 0;
            } else {
                element = Math.max(0, element - elements);
            }
        }
    }

    @Override
    public String describe() {
        SourceTensor first = parts.getFirst();
        return first.file() + ": tensor " + Text.quote(first.name());
    }
}
