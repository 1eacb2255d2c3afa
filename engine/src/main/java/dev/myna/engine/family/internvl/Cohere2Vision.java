// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.internvl;

import dev.myna.engine.prompt.ImagePlace;
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

/** Aya Vision: InternVL's tiles, a SigLIP tower, a shuffle and SwiGLU (docs/spec/families.md 5). */
public final class Cohere2Vision implements VisionFamily {

    @Override
    public String name() {
        return "Aya Vision";
    }

    @Override
    public String projectorType() {
        return "cohere2v";
    }

    @Override
    public VisionConfig config(GgufFile file) {
        return VisionConfig.read(file, this, TowerParts.SIGLIP, FeatureSelect.FULL)
                .requireFeatures(file, FeatureSelect.FULL, "its shuffle needs a grid");
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return RatioTiling.read(file, config, PatchBlocks.read(file, config).blocks(), Cohere2Vision::place);
    }

    /** Each tile has its number, and the last one a name. */
    private static ImagePlace place(int tiles, int rows) {
        MarkedPlace place = new MarkedPlace().text("<|START_OF_IMG|>");
        for (int i = 1; i < tiles; i++) {
            place.text("TILE_" + i).rows(rows);
        }
        return place.text("TILE_GLOBAL").rows(rows).text("<|END_OF_IMG|>").place();
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new SquareTileEncoder(file, config, new Cohere2Projector(file, config, device), device);
    }

    @Override
    public NamedFormat promptFormat(GgufMetadata metadata) {
        return NamedFormat.COHERE;
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, "mm.2.bias");
    }
}
