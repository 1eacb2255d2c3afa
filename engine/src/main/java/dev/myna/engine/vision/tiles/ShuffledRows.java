// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision.tiles;

import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import java.lang.foreign.Arena;

/** The first step of connectors that shuffle: the rows of each block of patches, joined. */
public final class ShuffledRows {
    private ShuffledRows() {}

    /**
     * Shuffles the features of one tile.
     *
     * @param features [grid rows, width]
     * @return [blocks, shuffled width], freed with {@code scope}
     */
    public static Buffer of(Buffer features, PatchBlocks blocks, Device device, Arena scope) {
        float[] rows = new float[blocks.rows() * blocks.width()];
        device.read(features, rows, 0, blocks.rows());
        Buffer shuffled = device.allocate(scope, blocks.blocks(), blocks.shuffledWidth());
        device.write(shuffled, blocks.shuffle(rows), 0, blocks.blocks());
        return shuffled;
    }
}
