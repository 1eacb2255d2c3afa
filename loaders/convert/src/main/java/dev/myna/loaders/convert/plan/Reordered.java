// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.loaders.hf.ElementType;
import dev.myna.loaders.hf.SourceTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * Pieces of a tensor of a checkpoint, one after the other: piece {@code n} begins at element {@code start + n * stride}.
 *
 * @param shape of the result, in PyTorch's order
 * @param piece elements of a piece, at most {@code stride}
 */
record Reordered(SourceTensor source, List<Long> shape, long start, long piece, long stride) implements SourceTensor {

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
        return source.type();
    }

    @Override
    public void read(long first, MemorySegment target) {
        int bytes = type().bytes();
        long total = target.byteSize() / bytes;
        for (long done = 0; done < total; ) {
            long at = first + done;
            long count = Math.min(total - done, piece - at % piece);
            source.read(start + at / piece * stride + at % piece, target.asSlice(done * bytes, count * bytes));
            done += count;
        }
    }
}
