// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.plan;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.MatrixTypes;
import dev.myna.loaders.quantize.VisionTypes;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The plan of a GGUF file: everything but the formats of its tensors.
 *
 * @param architecture {@code general.architecture}
 * @param metadata writes the keys in order, without {@code general.file_type}
 * @param types chooses the format of each matrix, by file type
 * @param tensors in the order of the file
 */
public record PlannedFile(
        String architecture,
        Consumer<GgufWriter> metadata,
        Function<FileType, MatrixTypes> types,
        List<PlannedTensor> tensors) {
    public PlannedFile {
        tensors = List.copyOf(tensors);
    }

    /** Number of elements of all tensors. */
    public long elements() {
        return tensors.stream()
                .mapToLong(tensor -> Math.multiplyExact(tensor.rows(), tensor.width()))
                .reduce(0, Math::addExact);
    }

    /**
     * The format of one tensor. Vectors and convolution kernels stay F32 (docs/spec/models.md 8.3), and so do routers, which
     * are small and sensitive. Position tables are not quantized to blocks.
     */
    public TensorType format(PlannedTensor tensor, FileType type) {
        String name = tensor.name();
        int rank = tensor.shape().size();
        if (name.equals("v.position_embd.weight")) {
            return type.blocks() ? TensorType.F16 : type.base();
        }
        return VisionTypes.isMatrix(name, rank) ? types.apply(type).of(name, tensor.width()) : TensorType.F32;
    }
}
