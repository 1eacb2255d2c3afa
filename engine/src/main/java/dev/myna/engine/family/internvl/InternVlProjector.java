// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.internvl;

import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.TwoLayers;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.engine.vision.tiles.ShuffledRows;
import dev.myna.engine.weights.WeightReader;
import dev.myna.kernels.Buffer;
import dev.myna.kernels.Device;
import dev.myna.kernels.Norm;
import dev.myna.loaders.gguf.GgufFile;
import java.lang.foreign.Arena;

/** InternVL's connector (docs/spec/families.md 4): a shuffle, a LayerNorm, two layers with GELU between. */
final class InternVlProjector implements Projector {
    /** Of the connector; the tower's is another. */
    private static final float NORM_EPS = 1e-5f;

    private final PatchBlocks blocks;
    private final Norm norm;
    private final TwoLayers layers;
    private final Device device;

    InternVlProjector(GgufFile file, VisionConfig config, Device device) {
        this.device = device;
        this.blocks = PatchBlocks.read(file, config);
        this.norm = new WeightReader(file, device, "mm.model.mlp.").layerNorm("0", blocks.shuffledWidth(), NORM_EPS);
        this.layers = TwoLayers.load(file, "mm.model.mlp.1", "mm.model.mlp.3", blocks.shuffledWidth(), device);
    }

    @Override
    public int width() {
        return layers.width();
    }

    @Override
    public int rows() {
        return blocks.blocks();
    }

    @Override
    public void project(Buffer features, Buffer out) {
        try (Arena scope = Arena.ofShared()) {
            Buffer x = ShuffledRows.of(features, blocks, device, scope);
            device.norms().layerNorm(norm, x, x, rows());
            layers.apply(x, out, rows(), scope, device);
        }
    }
}
