// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.vision.TileEncoder;
import dev.myna.engine.vision.Tiling;
import dev.myna.engine.vision.TowerParts;
import dev.myna.engine.vision.VisionConfig;
import dev.myna.engine.vision.VisionFamily;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Device;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Vision files of Qwen2-VL, Qwen2.5-VL or Qwen3-VL. */
public final class QwenVision implements VisionFamily {
    private static final String MIN_PIXELS = "clip.vision.image_min_pixels";
    private static final String MAX_PIXELS = "clip.vision.image_max_pixels";

    /** What the tower has of the parts of others. */
    private static final TowerParts PARTS =
            new TowerParts("Qwen ViT", false, false, false, false, false, false, Activation.GELU_TANH);

    /** Keys that other keys or the tensors say better. */
    private static final Set<String> NEUTRAL =
            Set.of("clip.vision.image_size", "clip.vision.feed_forward_length", "clip.has_qwen2vl_merger");

    private final QwenKind kind;

    private QwenVision(QwenKind kind) {
        this.kind = kind;
    }

    /** Qwen2-VL. */
    public static VisionFamily qwen2() {
        return new QwenVision(QwenKind.QWEN2);
    }

    /** Qwen2.5-VL. */
    public static VisionFamily qwen25() {
        return new QwenVision(QwenKind.QWEN25);
    }

    /** Qwen3-VL. */
    public static VisionFamily qwen3() {
        return new QwenVision(QwenKind.QWEN3);
    }

    @Override
    public String name() {
        return kind.familyName;
    }

    @Override
    public String projectorType() {
        return kind.projectorType;
    }

    @Override
    public VisionConfig config(GgufFile file) {
        VisionConfig config =
                VisionConfig.readAnySize(file, this, PARTS, kind == QwenKind.QWEN3, QwenSizes::feedForward);
        sizes(file, config);
        return config;
    }

    private QwenSizes sizes(GgufFile file, VisionConfig config) {
        return QwenSizes.read(file, config, kind);
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        int factor = PatchGrid.MERGE * config.patchSize();
        long place = (long) factor * factor;
        GgufMetadata metadata = file.metadata();
        int most = Integer.MAX_VALUE;
        long max = metadata.integer(MAX_PIXELS, 1, most, (int) Math.min(most, kind.maxTokens * place));
        // A file that only lowers the most lowers the least with it.
        long least = metadata.has(MAX_PIXELS) ? Math.min(max, kind.minTokens * place) : kind.minTokens * place;
        long min = metadata.integer(MIN_PIXELS, 1, most, (int) Math.min(most, least));
        if (min > max) {
            throw new ModelException(
                    file.name() + ": " + MIN_PIXELS + " = " + min + " is more than " + MAX_PIXELS + " = " + max);
        }
        long cap = Math.max(min, ImageTokens.STANDARD_MAX * place);
        return new QwenTiling(config.patchSize(), min, Math.max(place, Math.min(max, cap)));
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new QwenTower(file, config, sizes(file, config), device);
    }

    @Override
    public double imageBytes(GgufFile file, VisionConfig config, Tiling tiling) {
        QwenTiling limits = (QwenTiling) tiling;
        QwenSizes sizes = sizes(file, config);
        double patches = (double) limits.maxPixels() / config.patchSize() / config.patchSize();
        return Float.BYTES
                * (patches * 5 * config.width()
                        + Math.min(patches, QwenLayer.STEP) * config.feedForward()
                        + 3.0 * limits.maxPixels()
                        + patches
                                / PatchGrid.PER_PLACE
                                * sizes.rowWidth()
                                * (1 + sizes.deepstack().size()));
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, "mm.2.bias");
    }

    @Override
    public boolean isNeutral(String name, GgufMetadata metadata) {
        // Old files of Qwen2-VL hold a table of positions that nothing reads.
        return NEUTRAL.contains(name)
                || kind != QwenKind.QWEN3 && name.equals(QwenSizes.DEEPSTACK_KEY)
                || kind == QwenKind.QWEN2 && name.equals(PositionTable.NAME)
                || VisionFamily.super.isNeutral(name, metadata);
    }

    @Override
    public Map<String, String> facts(GgufMetadata metadata) {
        return kind == QwenKind.QWEN25
                ? Map.of(
                        "attention",
                        "in windows, but over the whole image in one of every "
                                + metadata.integer("clip.vision.n_wa_pattern", 1, 1024) + " layers")
                : Map.of();
    }
}
