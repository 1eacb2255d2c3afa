// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.text.CardLines;
import dev.myna.engine.ModelCheck;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.vision.AnyResolution;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionEncoder;
import dev.myna.engine.vision.projector.TextGuidedMoe;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The part of a model card that describes a vision file (docs/spec/models.md 8.3). */
final class VisionCard {
    private VisionCard() {}

    /** @return warnings on keys that Myna does not use */
    static List<ModelWarning> describe(GgufFile file, CardLines lines) {
        lines.add("kind", "vision tower and projector (mmproj)");
        VisionConfig config = VisionConfig.read(file);
        int stored = file.metadata().integer("clip.vision.block_count", 1, Integer.MAX_VALUE);
        lines.add(
                "tower",
                "CLIP ViT, " + stored + " layers, width " + config.width() + ", " + config.heads() + " heads, "
                        + name(config.activation()));
        lines.add(
                "images",
                config.imageSize() + " x " + config.imageSize() + " pixels in patches of " + config.patchSize());
        lines.add("projector", name(config.projector()) + outputWidth(file));
        if (config.projector() == VisionConfig.ProjectorType.MLP_MOE_TEXT) {
            lines.add("experts", experts(file));
        }
        lines.add("in Myna", "runs " + config.layers() + " of " + stored + " layers; " + positions(file, config));
        return ModelCheck.vision(file);
    }

    private static String positions(GgufFile file, VisionConfig config) {
        int rows = VisionEncoder.squareRows(file, config);
        return switch (config.aspect()) {
            case PAD -> rows + " positions per image, padded to a square";
            case SQUARE -> rows + " positions per image, cropped to a square";
            case ANYRES -> anyResolution(config);
        };
    }

    private static String anyResolution(VisionConfig config) {
        int max = config.pinpoints().stream()
                .mapToInt(canvas -> AnyResolution.plan(
                                canvas.width(),
                                canvas.height(),
                                config.pinpoints(),
                                config.imageSize(),
                                config.patchSize())
                        .tokens())
                .max()
                .orElseThrow();
        String canvases = config.pinpoints().stream()
                .map(canvas -> canvas.width() + "x" + canvas.height())
                .collect(Collectors.joining(", "));
        return "a thumbnail and tiles on a canvas of " + canvases
                + ", unpadded, a newline after each row of patches, up to " + max + " positions";
    }

    private static String experts(GgufFile file) {
        if (!TextGuidedMoe.enabled(file)) {
            return "switched off";
        }
        GgufMetadata metadata = file.metadata();
        boolean residual = metadata.bool("clip.moe.residual", true);
        return metadata.integer("clip.moe.expert_count", 1, Integer.MAX_VALUE) + ", inner width "
                + metadata.integer("clip.moe.expert_feed_forward_length", 1, Integer.MAX_VALUE)
                + ", all run for every image, weighted by the prompt's text"
                + (residual ? "; plus " + metadata.number("clip.moe.residual_scale") + " x the projected rows" : "");
    }

    private static String outputWidth(GgufFile file) {
        OptionalInt width = VisionConfig.projectorWidth(file);
        return width.isEmpty() ? "" : ", output width " + width.getAsInt();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
