// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.mobilepalo;

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

/** MobilePALO and MobileVLM: one tile, a CLIP tower, LDP v1 (docs/spec/models.md 3.2). */
public final class MobilePalo implements VisionFamily {

    @Override
    public String name() {
        return "MobilePALO";
    }

    @Override
    public String projectorType() {
        return "ldp";
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.CLIP, FeatureSelect.PATCH)
                .requireFeatures(file, FeatureSelect.PATCH, "its convolutions need a grid");
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return SquareTiling.of(file, config, LdpProjector.rows(config.grid()));
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new SquareTileEncoder(file, config, new LdpProjector(file, config, device), device);
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, "mm.model.mlp.3.bias");
    }
}
