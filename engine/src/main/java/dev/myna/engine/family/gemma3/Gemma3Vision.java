// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.gemma3;

import dev.myna.engine.prompt.NamedFormat;
import dev.myna.engine.vision.SquareTileEncoder;
import dev.myna.engine.vision.TileEncoder;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.TowerParts;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionConfig.FeatureSelect;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.OptionalLong;

/** Gemma 3: one tile, a SigLIP tower, the mean of blocks, a norm and a matrix (docs/spec/families.md 2). */
public final class Gemma3Vision implements VisionFamily {

    @Override
    public String name() {
        return "Gemma 3";
    }

    @Override
    public String projectorType() {
        return "gemma3";
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.SIGLIP_NORMED, FeatureSelect.FULL)
                .requireFeatures(file, FeatureSelect.FULL, "its blocks need a grid");
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return new PanAndScan(config, Gemma3Projector.blocks(file, config).blocks(), PanAndScan.NO_CROPS);
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new SquareTileEncoder(file, config, new Gemma3Projector(file, config, device), device);
    }

    @Override
    public NamedFormat promptFormat(GgufMetadata metadata) {
        return NamedFormat.GEMMA3;
    }

    /** The matrix is stored the other way round. */
    @Override
    public OptionalLong rowWidth(GgufFile file) {
        Tensor matrix = file.tensors().get(Gemma3Projector.MATRIX);
        return matrix == null ? OptionalLong.empty() : OptionalLong.of(matrix.width());
    }
}
