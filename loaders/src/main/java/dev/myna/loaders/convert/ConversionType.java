// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.quantize.FileType;
import java.util.Locale;

/** The number formats that checkpoints are converted to: those that need no choice per tensor. */
public enum ConversionType {
    F32(FileType.F32),
    F16(FileType.F16),
    BF16(FileType.BF16),
    Q8_0(FileType.Q8_0);

    private final FileType file;

    ConversionType(FileType file) {
        this.file = file;
    }

    /** The number of {@code general.file_type}. */
    public int fileType() {
        return file.id();
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
        TensorType type = file.base();
        boolean blocks = file.blocks();
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
