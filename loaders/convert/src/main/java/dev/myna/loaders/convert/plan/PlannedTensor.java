// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.hf.SourceTensor;
import dev.myna.loaders.rows.TensorTask;
import java.util.List;

/**
 * The plan of a tensor in a GGUF file.
 *
 * @param name its name in the GGUF file
 * @param shape dimensions in ggml order; the first is contiguous
 * @param parts source tensors, whose elements are concatenated
 * @param headDim rows per head if its rows are to be reordered for rotation in adjacent pairs (docs/spec/models.md 8.2); 0 to
 *     leave the rows in their order
 */
public record PlannedTensor(String name, List<Long> shape, List<SourceTensor> parts, int headDim) {

    /** Elements per row. */
    public long width() {
        return shape.getFirst();
    }

    /** Number of rows: the product of all dimensions but the first. */
    public long rows() {
        return shape.stream().skip(1).reduce(1L, Math::multiplyExact);
    }

    /** Whether it has one dimension, as biases have; such tensors stay F32. */
    public boolean vector() {
        return shape.size() == 1;
    }

    public TensorTask task(TensorType type) {
        return new TensorTask(name, type, shape, new CheckpointRows(parts, width()), headDim, null);
    }
}
