// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.prompt.NamedFormat;
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
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.OptionalLong;

/** Maya, LLaVA 1.5 with SigLIP: one tile, two linear layers; a file may ask for the loss of the first patch (docs/spec/families.md 6.2). */
public final class Maya implements VisionFamily {

    @Override
    public String name() {
        return "Maya";
    }

    @Override
    public String projectorType() {
        return "mlp";
    }

    @Override
    public boolean owns(GgufFile file) {
        return TowerParts.isSiglip(file);
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.SIGLIP, FeatureSelect.FULL);
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
    public NamedFormat promptFormat(GgufMetadata metadata) {
        return NamedFormat.AYA;
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, MlpProjector.LAST_BIAS);
    }
}
