// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.idefics3;

import dev.myna.engine.prompt.NamedFormat;
import dev.myna.engine.vision.SquareTileEncoder;
import dev.myna.engine.vision.TileEncoder;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.TowerParts;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionConfig.FeatureSelect;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.kernels.Device;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.OptionalLong;

/** SmolVLM, SmolVLM2, Idefics3: tiles, a SigLIP tower, a shuffle and a matrix (docs/spec/families.md 3). */
public final class Idefics3 implements VisionFamily {

    @Override
    public String name() {
        return "SmolVLM";
    }

    @Override
    public String projectorType() {
        return "idefics3";
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.SIGLIP_NORMED, FeatureSelect.FULL)
                .requireFeatures(file, FeatureSelect.FULL, "its shuffle needs a grid");
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return GridTiling.read(file, config, PatchBlocks.read(file, config).blocks());
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new SquareTileEncoder(file, config, new Idefics3Projector(file, config, device), device);
    }

    @Override
    public NamedFormat promptFormat(GgufMetadata metadata) {
        return NamedFormat.SMOLVLM;
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        Tensor matrix = file.tensors().get(Idefics3Projector.MATRIX);
        return matrix == null ? OptionalLong.empty() : OptionalLong.of(matrix.rows());
    }
}
