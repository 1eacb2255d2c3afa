// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.decoder;

import dev.myna.engine.error.ModelException;
import dev.myna.loaders.gguf.GgufFile;

/**
 * Bounds the memory that a model takes beside its weights. A small file can declare large widths, because a thin matrix has few bytes. The
 * activations of all widths together must be in proportion to the file.
 */
final class Proportion {
    /** Bytes of activations of a batch that every model may take. */
    private static final long MIN_ROOM = 64L << 20;

    /** Bytes of keys and values of a position that every model may take. */
    private static final long MIN_ROOM_FOR_A_POSITION = 1L << 20;

    private Proportion() {}

    /** The largest number of rows whose activations take no more memory than the weights. */
    static long rows(DecoderConfig config, long weightBytes) {
        return Math.max(MIN_ROOM, weightBytes) / Activations.rowBytes(config);
    }

    /**
     * Refuses a file whose widths are too large for the smallest batch.
     *
     * @param minRows rows of that batch
     * @throws ModelException if the widths are out of proportion
     */
    static void require(GgufFile file, DecoderConfig config, int minRows) {
        require(file, "a pass", minRows * Activations.rowBytes(config), Math.max(MIN_ROOM, file.size()));
        require(
                file,
                "the keys and values of a position",
                4L * config.layers() * config.kvWidth(),
                Math.max(MIN_ROOM_FOR_A_POSITION, file.size() / 256));
    }

    private static void require(GgufFile file, String what, long bytes, long max) {
        if (bytes > max) {
            throw new ModelException(file.name() + ": the widths that this file of " + file.size()
                    + " bytes declares are out of proportion: " + what + " would take " + bytes + " bytes, more than "
                    + max);
        }
    }
}
