// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.pangea;

import dev.myna.engine.vision.MlpProjector;
import dev.myna.engine.vision.SquareTileEncoder;
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

/** Pangea, LLaVA-NeXT: a thumbnail and tiles, a CLIP tower, two linear layers (docs/spec/models.md 3.1 and 4.3.1). */
public final class Pangea implements VisionFamily {

    @Override
    public String name() {
        return "Pangea";
    }

    @Override
    public String projectorType() {
        return "mlp";
    }

    @Override
    public boolean owns(GgufFile file) {
        return file.metadata().has(VisionConfig.PINPOINTS);
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.CLIP, FeatureSelect.PATCH)
                .requireFeatures(file, FeatureSelect.PATCH, "its tiles need a grid");
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return AnyResolutionTiling.read(file, config);
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        Canvases.requireNewline(file);
        return new SquareTileEncoder(file, config, new MlpProjector(file, config, device), device);
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, MlpProjector.LAST_BIAS);
    }

    @Override
    public boolean isNeutral(String name, GgufMetadata metadata) {
        return Canvases.saysUnpadded(name, metadata);
    }
}
