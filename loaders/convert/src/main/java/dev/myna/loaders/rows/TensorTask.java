// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.rows;

import dev.myna.kernels.TensorType;
import java.util.List;

/**
 * A tensor to be written.
 *
 * @param name its name in the file that is written
 * @param type the format of its rows in that file
 * @param shape dimensions in ggml order; the first is contiguous
 * @param source its rows
 * @param headDim rows per head if they are reordered for rotation in adjacent pairs (docs/spec/models.md 8.2), else 0
 * @param importance the weight of errors in each column, or null; see {@link dev.myna.kernels.quantize.Quantize}
 */
public record TensorTask(
        String name, TensorType type, List<Long> shape, RowSource source, int headDim, float[] importance) {
    public TensorTask {
        shape = List.copyOf(shape);
    }

    /** Elements per row. */
    public int width() {
        return Math.toIntExact(shape.getFirst());
    }

    /** Number of rows: the product of all dimensions but the first. */
    public long rows() {
        return shape.stream().skip(1).reduce(1L, Math::multiplyExact);
    }

    /** Bytes in the final format. */
    public long bytes() {
        return Math.multiplyExact(rows(), type.bytes(width()));
    }

    long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
