// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.family.qwenvl;

import dev.myna.engine.ImageTokens;
import dev.myna.engine.error.ModelException;
import dev.myna.engine.vision.Projector;
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
            new TowerParts(false, false, false, false, false, false, Activation.GELU_TANH);

    /** Keys that other keys or the tensors say better. */
    private static final Set<String> NEUTRAL = Set.of(
            "clip.vision.image_size",
            "clip.vision.feed_forward_length",
            "clip.vision.is_deepstack_layers",
            "clip.has_qwen2vl_merger");

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
    public String projectorType() {
        return kind.projectorType;
    }

    @Override
    public VisionConfig config(GgufFile file) {
        VisionConfig config =
                VisionConfig.readAnySize(file, this, PARTS, activation(file.metadata()), QwenSizes::feedForward);
        sizes(file, config);
        return config;
    }

    private static Activation activation(GgufMetadata metadata) {
        if (metadata.bool("clip.use_silu", false)) {
            return Activation.SILU;
        }
        return metadata.bool("clip.use_gelu", false) ? Activation.GELU_TANH : Activation.QUICK_GELU;
    }

    private QwenSizes sizes(GgufFile file, VisionConfig config) {
        return QwenSizes.read(file, config, kind);
    }

    @Override
    public Projector projector(GgufFile file, VisionConfig config, Device device) {
        throw new IllegalStateException("tower and projector are one");
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config) {
        return tiling(file, config, ImageTokens.STANDARD);
    }

    @Override
    public Tiling tiling(GgufFile file, VisionConfig config, ImageTokens tokens) {
        int factor = PatchGrid.MERGE * config.patchSize();
        long place = (long) factor * factor;
        if (tokens.isGiven()) {
            return new QwenTiling(config.patchSize(), tokens.min() * place, tokens.max() * place);
        }
        GgufMetadata metadata = file.metadata();
        boolean minSaid = metadata.has(MIN_PIXELS);
        boolean maxSaid = metadata.has(MAX_PIXELS);
        long min = minSaid ? metadata.integer(MIN_PIXELS, 1, Integer.MAX_VALUE) : kind.minTokens * place;
        long max = maxSaid ? metadata.integer(MAX_PIXELS, 1, Integer.MAX_VALUE) : kind.maxTokens * place;
        if (minSaid && maxSaid && min > max) {
            throw new ModelException(
                    file.name() + ": " + MIN_PIXELS + " = " + min + " is more than " + MAX_PIXELS + " = " + max);
        }
        long cap = ImageTokens.STANDARD_MAX * place;
        min = Math.min(min, maxSaid ? Math.min(max, cap) : cap);
        return new QwenTiling(config.patchSize(), min, Math.clamp(max, Math.max(min, place), cap));
    }

    @Override
    public TileEncoder encoder(GgufFile file, VisionConfig config, Device device) {
        return new QwenTower(file, config, sizes(file, config), device);
    }

    /** A caller who asks for more positions than the standard asks for their memory, too. */
    @Override
    public double imageBytes(GgufFile file, VisionConfig config, Tiling tiling) {
        QwenSizes sizes = sizes(file, config);
        double factor = ((QwenTiling) tiling).factor();
        double places = Math.min(((QwenTiling) tiling).maxPixels() / factor / factor, ImageTokens.STANDARD_MAX);
        double patches = PatchGrid.PER_PLACE * places;
        return Float.BYTES
                * (patches * (5.0 * config.width() + 3.0 * config.patchSize() * config.patchSize())
                        + Math.min(patches, QwenLayer.STEP) * config.feedForward()
                        + places * sizes.outputWidth());
    }

    @Override
    public String towerName() {
        return "Qwen ViT";
    }

    @Override
    public OptionalLong rowWidth(GgufFile file) {
        return VisionFamily.lengthOf(file, "mm.2.bias");
    }

    @Override
    public boolean isNeutral(String name, GgufMetadata metadata) {
        // Old files of Qwen2-VL hold a table of positions that nothing reads.
        return NEUTRAL.contains(name)
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
