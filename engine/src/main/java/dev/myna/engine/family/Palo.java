// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family;

import dev.myna.engine.vision.MlpProjector;
import dev.myna.engine.vision.SquareTileEncoder;
import dev.myna.engine.vision.SquareTiling;
import dev.myna.engine.vision.TileEncoder;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.TowerParts;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionConfig.FeatureSelect;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import java.util.OptionalLong;

/** PALO 7B and 13B, LLaVA 1.5: one tile, a CLIP tower, two linear layers (docs/spec/models.md 3.1). */
final class Palo implements VisionFamily {

    @Override
    public String name() {
        return "PALO";
    }

    @Override
    public String projectorType() {
        return "mlp";
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.CLIP, FeatureSelect.PATCH);
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return SquareTiling.of(file, config, config.featureRows());
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new SquareTileEncoder(file, config, new MlpProjector(file, config, device), device);
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, MlpProjector.LAST_BIAS);
    }
}
