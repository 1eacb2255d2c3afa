// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.prompt.NamedFormat;
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

/** Centurio: an overview and tiles of twice its size, joined over channels (docs/spec/families.md 6.3). */
public final class Centurio implements VisionFamily {
    private static final String SCALE = "clip.vision.multi_scale";
    private static final int MAX_SCALE = 8;

    @Override
    public String name() {
        return "Centurio";
    }

    @Override
    public String projectorType() {
        return "mlp";
    }

    @Override
    public boolean owns(GgufFile file) {
        return file.metadata().has(SCALE);
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.SIGLIP, FeatureSelect.FULL)
                .requireFeatures(file, FeatureSelect.FULL, "its scales need a grid");
    }

    /** How many tiles lie along a side of the larger scale. */
    private static int scale(GgufFile file) {
        return file.metadata().integer(SCALE, 2, MAX_SCALE);
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return new ScalesTiling(config, scale(file));
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new SquareTileEncoder(file, config, new ScalesProjector(file, config, scale(file), device), device);
    }

    @Override
    public NamedFormat promptFormat(GgufMetadata metadata) {
        return NamedFormat.CENTURIO;
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, MlpProjector.LAST_BIAS);
    }
}
