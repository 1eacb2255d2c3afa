// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.parrot;

import dev.myna.engine.vision.MlpProjector;
import dev.myna.engine.vision.SquareTileEncoder;
import dev.myna.engine.vision.SquareTiling;
import dev.myna.engine.vision.TextGuide;
import dev.myna.engine.vision.TileEncoder;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.TowerParts;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionConfig.FeatureSelect;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Map;
import java.util.OptionalLong;

/** Parrot: one tile, a CLIP tower with its class row, two linear layers, experts (docs/spec/models.md 3.1 and 3.4). */
public final class Parrot implements VisionFamily {

    @Override
    public String name() {
        return "Parrot";
    }

    @Override
    public String projectorType() {
        return "mlp_moe_text";
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.CLIP, FeatureSelect.CLS_PATCH)
                .requireFeatures(file, FeatureSelect.CLS_PATCH, "the mixture's router needs the class row");
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
    public TextGuide textGuide(GgufFile file, int width, Device device) {
        return isEnabled(file.metadata()) ? new TextGuidedMoe(file, width, device) : null;
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, MlpProjector.LAST_BIAS);
    }

    /** The mixture is the identity where it is switched off. */
    private static boolean isEnabled(GgufMetadata metadata) {
        return metadata.bool("clip.moe.enabled", true);
    }

    @Override
    public boolean isNeutral(String name, GgufMetadata metadata) {
        boolean mixture = name.startsWith("mm.moe.") || name.startsWith("clip.moe.");
        return mixture ? !isEnabled(metadata) : VisionFamily.super.isNeutral(name, metadata);
    }

    @Override
    public Map<String, String> facts(GgufMetadata metadata) {
        if (!isEnabled(metadata)) {
            return Map.of("experts", "switched off");
        }
        boolean residual = metadata.bool("clip.moe.residual", true);
        return Map.of(
                "experts",
                metadata.integer("clip.moe.expert_count", 1, Integer.MAX_VALUE) + ", inner width "
                        + metadata.integer("clip.moe.expert_feed_forward_length", 1, Integer.MAX_VALUE)
                        + ", all run for every image, weighted by the prompt's text"
                        + (residual
                                ? "; plus " + metadata.number("clip.moe.residual_scale") + " x the projected rows"
                                : ""));
    }
}
