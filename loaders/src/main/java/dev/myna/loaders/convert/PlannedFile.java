// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.gguf.GgufWriter;
import java.util.List;
import java.util.function.Consumer;

/**
 * A GGUF file to be made: everything but the number formats of its tensors.
 *
 * @param architecture {@code general.architecture}
 * @param metadata writes the keys, in order, but for {@code general.file_type}
 * @param tensors in the order of the file
 */
public record PlannedFile(String architecture, Consumer<GgufWriter> metadata, List<PlannedTensor> tensors) {
    public PlannedFile {
        tensors = List.copyOf(tensors);
    }

    /** Number of elements of all tensors. */
    public long elements() {
        return tensors.stream()
                .mapToLong(tensor -> Math.multiplyExact(tensor.rows(), tensor.width()))
                .reduce(0, Math::addExact);
    }
}
