// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.models;

import dev.myna.cli.text.CardLines;
import dev.myna.engine.ModelWarning;
import dev.myna.engine.check.ModelCheck;
import dev.myna.engine.family.Families;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.loaders.gguf.GgufFile;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** The part of a model card that describes a vision file (docs/spec/models.md 8.3). */
final class VisionCard {
    private VisionCard() {}

    /** @return warnings on keys that Myna does not use */
    static List<ModelWarning> describe(GgufFile file, CardLines lines) {
        lines.add("kind", "vision tower and projector (mmproj)");
        VisionConfig config = Families.visionConfig(file);
        int stored = file.metadata().integer("clip.vision.block_count", 1, Integer.MAX_VALUE);
        lines.add(
                "tower",
                config.parts().name() + ", " + stored + " layers, width " + config.width() + ", " + config.heads()
                        + " heads, " + name(config.activation()));
        lines.add(
                "images",
                (config.aspect() == VisionConfig.Aspect.STRETCH
                                ? "any size"
                                : config.imageSize() + " x " + config.imageSize() + " pixels")
                        + " in patches of " + config.patchSize());
        lines.add("projector", config.family().projectorType().replace('_', ' ') + outputWidth(file));
        config.family().facts(file.metadata()).forEach(lines::add);
        lines.add(
                "in Myna",
                "runs " + config.layers() + " of " + stored + " layers; "
                        + config.family().tiling(file, config).description());
        return ModelCheck.vision(file);
    }

    private static String outputWidth(GgufFile file) {
        OptionalInt width = Families.projectorWidth(file);
        return width.isEmpty() ? "" : ", output width " + width.getAsInt();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
