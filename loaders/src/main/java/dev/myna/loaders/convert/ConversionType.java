// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.kernels.TensorType;
import java.util.Locale;

/** The number formats that checkpoints are converted to: those that need no choice per tensor. */
public enum ConversionType {
    F32(TensorType.F32, 0),
    F16(TensorType.F16, 1),
    BF16(TensorType.BF16, 32),
    Q8_0(TensorType.Q8_0, 7);

    private final TensorType type;
    private final int fileType;

    ConversionType(TensorType type, int fileType) {
        this.type = type;
        this.fileType = fileType;
    }

    /** The number of {@code general.file_type}. */
    public int fileType() {
        return fileType;
    }

    /**
     * The format of one tensor: the file's for matrices. Vectors and kernels of convolutions stay F32 (models.md 8.3), and so does
     * a router, which is small and decides much. A matrix whose rows are no whole number of blocks is F16, and so is a table of
     * positions in a file of blocks.
     */
    public TensorType of(PlannedTensor tensor) {
        boolean experts = tensor.name().endsWith("_exps.weight");
        boolean matrix = tensor.shape().size() == 2 || experts;
        if (!matrix || tensor.name().equals("mm.moe.gate.weight")) {
            return TensorType.F32;
        }
        boolean blocks = type.blockSize() > 1;
        if (blocks && (tensor.width() % type.blockSize() != 0 || tensor.name().equals("v.position_embd.weight"))) {
            return TensorType.F16;
        }
        return type;
    }

    /** As people write it: {@code q8_0}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
