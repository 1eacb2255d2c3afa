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
import java.util.List;
import java.util.Locale;
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

    /** Bytes of an image that every tower may take. */
    private static final double MIN_ROOM = 512L << 20;

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

    /** The families of all generations. */
    public static List<VisionFamily> all() {
        return List.of(
                new QwenVision(QwenKind.QWEN2), new QwenVision(QwenKind.QWEN25), new QwenVision(QwenKind.QWEN3));
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
    public int rowsPerTile(VisionConfig config) {
        throw new IllegalStateException("the rows of a tile depend on its size");
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
    public TileEncoder encoder(GgufFile file, VisionConfig config, Tiling tiling, Device device) {
        QwenSizes sizes = sizes(file, config);
        requireProportion(file, config, sizes, (QwenTiling) tiling);
        return new QwenTower(file, config, sizes, device);
    }

    /**
     * Bounds the memory of an image: large widths are allowed, but in proportion to the file. A caller who asks for more positions than
     * the standard asks for their memory, too.
     */
    private static void requireProportion(GgufFile file, VisionConfig config, QwenSizes sizes, QwenTiling tiling) {
        double factor = tiling.factor();
        double places = Math.min(tiling.maxPixels() / factor / factor, ImageTokens.STANDARD_MAX);
        double patches = PatchGrid.PER_PLACE * places;
        double bytes = Float.BYTES
                * (patches * (5.0 * config.width() + config.feedForward() + 3.0 * config.patchSize() * config.patchSize())
                        + places * (sizes.rowWidth() * (1.0 + sizes.deepstack().size())));
        double max = Math.max(MIN_ROOM, 4.0 * file.size());
        double most = ImageTokens.MOST * (double) sizes.rowWidth() * (1 + sizes.deepstack().size());
        if (bytes > max || most > Integer.MAX_VALUE) {
            throw new ModelException(String.format(
                    Locale.ROOT,
                    "%s: the sizes that this file of %d bytes declares are out of proportion: an image would take %.0f"
                            + " bytes, more than %.0f",
                    file.name(),
                    file.size(),
                    Math.max(bytes, Float.BYTES * most),
                    max));
        }
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
