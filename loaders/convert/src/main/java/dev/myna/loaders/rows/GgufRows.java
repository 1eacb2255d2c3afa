// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.kernels.Tensor;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.text.Text;
import java.lang.foreign.MemorySegment;

/** The rows of a tensor of a GGUF file. */
public record GgufRows(GgufFile file, Tensor tensor) implements RowSource {
    @Override
    public TensorType type() {
        return tensor.type();
    }

    @Override
    public void read(long first, MemorySegment target) {
        file.read(tensor, first * tensor.rowBytes(), target);
    }

    @Override
    public String describe() {
        return file.name() + ": tensor " + Text.quote(tensor.name());
    }
}
