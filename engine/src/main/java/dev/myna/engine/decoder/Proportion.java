// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.error.ModelException;
import dev.myna.loaders.gguf.GgufFile;

/**
 * What a model may cost beside its weights. Each width that a file declares may be large, and a thin matrix that has it costs few
 * bytes; what all of them cost together must be in proportion to the file.
 */
final class Proportion {
    /** Memory for the activations of a pass that any model may take. */
    private static final long LEAST_ROOM = 64L << 20;

    private static final long LEAST_ROOM_FOR_A_POSITION = 1L << 20;

    private Proportion() {}

    /** Most rows of a pass whose activations take no more memory than the weights do. */
    static long rows(DecoderConfig config, long weightBytes) {
        return Math.max(LEAST_ROOM, weightBytes) / Activations.rowBytes(config);
    }

    /**
     * Refuses a file without room for the smallest pass.
     *
     * @param leastRows rows of that pass
     * @throws ModelException if the widths are out of proportion
     */
    static void require(GgufFile file, DecoderConfig config, int leastRows) {
        require(file, "a pass", leastRows * Activations.rowBytes(config), Math.max(LEAST_ROOM, file.size()));
        require(
                file,
                "the keys and values of a position",
                4L * config.layers() * config.kvWidth(),
                Math.max(LEAST_ROOM_FOR_A_POSITION, file.size() / 256));
    }

    private static void require(GgufFile file, String what, long bytes, long most) {
        if (bytes > most) {
            throw new ModelException(file.name() + ": the widths that this file of " + file.size()
                    + " bytes declares are out of proportion: " + what + " would take " + bytes + " bytes, more than "
                    + most);
        }
    }
}
