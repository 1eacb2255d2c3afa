// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.quantize;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.FileType;

/**
 * The format of each matrix of a vision file. All matrices of tower and projector get the same format. Parrot's experts, which
 * process every image row, get at least eight bits (docs/spec/models.md 8.4).
 *
 * @param type the file's type
 */
public record VisionTypes(FileType type) implements MatrixTypes {
    /** Gemma 3's projection, which is stored by columns: blocks would run across what is summed. */
    private static final String BY_COLUMNS = "mm.input_projection.weight";

    /** Whether a tensor of this name and rank is a matrix that may be rounded; kernels, positions and routers are not. */
    public static boolean isMatrix(String name, int rank) {
        return rank == 2 && !name.equals("mm.moe.gate.weight") && !name.equals("v.position_embd.weight")
                || isExperts(name);
    }

    @Override
    public TensorType of(String name, long width) {
        if (name.equals(BY_COLUMNS) && type.blocks()) {
            return TensorType.F16;
        }
        TensorType preferred = isExperts(name) && type.blocks() ? TensorType.Q8_0 : type.base();
        return DecoderTypes.fitting(preferred, width);
    }

    private static boolean isExperts(String name) {
        return name.endsWith("_exps.weight");
    }
}
