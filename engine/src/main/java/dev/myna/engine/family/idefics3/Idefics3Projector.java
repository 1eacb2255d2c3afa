// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.idefics3;

import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.engine.vision.tiles.ShuffledRows;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Linear;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/** Idefics3's connector (docs/spec/families.md 3): a shuffle and a matrix without a bias. */
final class Idefics3Projector implements Projector {
    /** The matrix [decoder width, shuffled width]. */
    static final String MATRIX = "mm.model.fc.weight";

    private final PatchBlocks blocks;
    private final Linear matrix;
    private final Device device;

    Idefics3Projector(GgufFile file, VisionConfig config, Device device) {
        this.device = device;
        this.blocks = PatchBlocks.read(file, config);
        long width = file.require(MATRIX).rows();
        this.matrix = new Linear(device.load(file.require(MATRIX, blocks.shuffledWidth(), width)));
    }

    @Override
    public int width() {
        return matrix.outputs();
    }

    @Override
    public int rows() {
        return blocks.blocks();
    }

    @Override
    public void project(Buffer features, Buffer out) {
        try (Arena scope = Arena.ofShared()) {
            device.matrices().matmul(matrix, ShuffledRows.of(features, blocks, device, scope), out, rows());
        }
    }
}
