// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Arrays;

/** The part of a model card that describes a vision file (spec models.md 8.3). */
final class VisionCard {
    private VisionCard() {}

    static void describe(GgufFile file, CardLines lines) {
        GgufMetadata metadata = file.metadata();
        int image = positive(metadata, "clip.vision.image_size");
        int patch = positive(metadata, "clip.vision.patch_size");
        int stored = positive(metadata, "clip.vision.block_count");
        String projector = metadata.string(
                "clip.projector_type", metadata.string("clip.vision.projector_type", "mlp"));
        lines.add("kind", "vision tower and projector (mmproj)");
        lines.add("tower", "CLIP ViT, " + stored + " layers, width "
                + positive(metadata, "clip.vision.embedding_length") + ", "
                + positive(metadata, "clip.vision.attention.head_count") + " heads, "
                + (metadata.bool("clip.use_gelu", false) ? "GELU" : "quick GELU"));
        lines.add("pictures", image + " x " + image + " pixels in patches of " + patch);
        lines.add("projector", projector + outputWidth(file));
        int grid = image / patch;
        boolean pooled = projector.startsWith("ldp");
        lines.add("in Myna", "runs " + layersRun(metadata, stored) + " of " + stored + " layers; "
                + (pooled ? ((grid + 1) / 2) * ((grid + 1) / 2) : grid * grid) + " positions per picture; pictures made square by "
                + squaring(metadata));
    }

    /** Files of the old converter leave the last layer out; others hold all and name the layer that is used. */
    private static int layersRun(GgufMetadata metadata, int stored) {
        if (metadata.has("clip.vision.feature_layer")) {
            int[] layers = metadata.integers("clip.vision.feature_layer");
            return layers.length == 0 ? stored : Arrays.stream(layers).max().getAsInt();
        }
        return stored == 24 ? 23 : stored;
    }

    private static String squaring(GgufMetadata metadata) {
        if (metadata.has("clip.vision.image_grid_pinpoints")) {
            return "tiling (any resolution)";
        }
        return metadata.string("clip.vision.image_aspect_ratio", "pad").equals("square") ? "cropping" : "padding";
    }

    /** The width the decoder must have: the rows of the projector's last bias. */
    private static String outputWidth(GgufFile file) {
        return file.find("mm.2.bias")
                .or(() -> file.find("mm.model.mlp.3.bias"))
                .or(() -> file.find("mm.model.mlp.2.bias"))
                .map(bias -> ", output width " + bias.elements())
                .orElse("");
    }

    private static int positive(GgufMetadata metadata, String key) {
        return metadata.integer(key, 1, Integer.MAX_VALUE);
    }
}
