// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.llava;

import dev.myna.engine.error.ModelException;
import dev.myna.engine.prompt.NamedFormat;
import dev.myna.engine.vision.MlpProjector;
import dev.myna.engine.vision.Projector;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.TowerParts;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionConfig.FeatureSelect;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.OptionalLong;

/** LLaVA-OneVision: a thumbnail and tiles, a SigLIP tower, two linear layers (docs/spec/families.md 6.1). */
public final class OneVision implements VisionFamily {

    @Override
    public String projectorType() {
        return "mlp";
    }

    @Override
    public boolean owns(GgufFile file) {
        return file.metadata().has(VisionConfig.PINPOINTS) && TowerParts.isSiglip(file);
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.SIGLIP, FeatureSelect.FULL)
                .requireFeatures(file, FeatureSelect.FULL, "its tiles need a grid");
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return OneVisionTiling.read(file, config);
    }

    @Override
    public Projector projector(GgufFile file, VisionConfig config, Device device) {
        if (file.find(VisionEncoder.NEWLINE).isEmpty()) {
            throw new ModelException(file.name() + ": any-resolution images need the tensor " + VisionEncoder.NEWLINE
                    + ", which is missing");
        }
        return new MlpProjector(file, config, device);
    }

    @Override
    public NamedFormat promptFormat(GgufMetadata metadata) {
        return NamedFormat.QWEN_1_5;
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, MlpProjector.LAST_BIAS);
    }

    @Override
    public boolean isNeutral(String name, GgufMetadata metadata) {
        return name.equals("clip.vision.mm_patch_merge_type")
                && metadata.describe(name).equals("\"spatial_unpad\"");
    }
}
