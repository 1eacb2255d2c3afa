// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.internvl;

import dev.myna.engine.prompt.NamedFormat;
import dev.myna.engine.vision.SquareTileEncoder;
import dev.myna.engine.vision.TileEncoder;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.TowerParts;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionConfig.FeatureSelect;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.engine.vision.tiles.MarkedPlace;
import dev.myna.engine.vision.tiles.PatchBlocks;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.OptionalLong;

/** InternVL 2 to 3: tiles, an InternViT tower, a shuffle and two layers (docs/spec/families.md 4). */
public final class InternVl implements VisionFamily {

    @Override
    public String name() {
        return "InternVL";
    }

    @Override
    public String projectorType() {
        return "internvl";
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.INTERN_VIT, FeatureSelect.PATCH)
                .requireFeatures(file, FeatureSelect.PATCH, "its shuffle needs a grid");
    }

    /** All rows of an image are between one pair of marks. */
    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return RatioTiling.read(
                file,
                config,
                PatchBlocks.read(file, config).blocks(),
                (tiles, rows) -> new MarkedPlace()
                        .text("<img>")
                        .rows(tiles * rows)
                        .text("</img>")
                        .place());
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new SquareTileEncoder(file, config, new InternVlProjector(file, config, device), device);
    }

    @Override
    public NamedFormat promptFormat(GgufMetadata metadata) {
        return NamedFormat.INTERNVL;
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, "mm.model.mlp.3.bias");
    }
}
