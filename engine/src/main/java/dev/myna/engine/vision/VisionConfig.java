// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.error.ModelException;
import dev.myna.kernels.Activation;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.function.ToIntBiFunction;

/**
 * Hyper-parameters of a tower over square tiles, read from an mmproj GGUF in the old or the new layout (docs/spec/models.md 2 and 8.3).
 *
 * @param family how an image becomes decoder rows
 * @param parts what kind of tower it is
 * @param imageSize side of the square input in pixels; of one patch for towers over images of any size
 * @param patchSize side of a patch in pixels; at most {@code imageSize}
 * @param width elements of the residual stream
 * @param feedForward inner width of the MLP
 * @param heads attention heads; divides {@code width}
 * @param layers layers to run; the features are the output of the last one
 * @param normEps epsilon of LayerNorm
 * @param activation of the MLP
 * @param mean per channel; subtracted from pixels in 0..1
 * @param std per channel; divides the difference
 * @param aspect how images become square
 * @param features which rows of the tower the projector sees
 */
public record VisionConfig(
        VisionFamily family,
        TowerParts parts,
        int imageSize,
        int patchSize,
        int width,
        int feedForward,
        int heads,
        int layers,
        float normEps,
        Activation activation,
        float[] mean,
        float[] std,
        Aspect aspect,
        FeatureSelect features) {

    /** The key with the canvases of images that are cut into tiles. */
    public static final String PINPOINTS = "clip.vision.image_grid_pinpoints";

    /** How images become square (docs/spec/models.md 4.3). */
    public enum Aspect {
        /** Pad to a square. */
        PAD,
        /** Resize and cut out the centre. */
        SQUARE,
        /** A thumbnail and tiles. */
        ANYRES,
        /** Not at all: images of any size are stretched to whole patches. */
        STRETCH
    }

    /** {@code clip.vision.feature_select}. */
    public enum FeatureSelect {
        /** Without the first row: the class row, or a patch if there is no class row. */
        PATCH("patch"),
        /** The class row first. */
        CLS_PATCH("cls_patch"),
        /** All patches of a tower without a class row. */
        FULL("full");

        private final String key;

        FeatureSelect(String key) {
            this.key = key;
        }
    }

    /** ViT-L/14 stores 24 layers and its features are those of layer 22: run one less (select layer -2). */
    private static final int FULL_VIT_L_LAYERS = 24;

    /**
     * Reads and checks the hyper-parameters that all families share.
     *
     * @param standard the rows that the projector sees if the file does not say
     * @throws ModelException if the numbers contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is missing, has another type or is out of range
     */
    public static VisionConfig read(GgufFile file, VisionFamily family, TowerParts parts, FeatureSelect standard) {
        GgufMetadata metadata = file.metadata();
        int imageSize = metadata.integer("clip.vision.image_size", 1, 4096);
        int patchSize = metadata.integer("clip.vision.patch_size", 1, 4096);
        if (patchSize > imageSize || parts.exactGrid() && imageSize % patchSize != 0) {
            throw new ModelException(file.name() + ": clip.vision.image_size = " + imageSize
                    + (parts.exactGrid() ? " is not a multiple of" : " is less than") + " clip.vision.patch_size = "
                    + patchSize);
        }
        int width = width(metadata);
        return new VisionConfig(
                family,
                parts,
                imageSize,
                patchSize,
                width,
                metadata.integer("clip.vision.feed_forward_length", 1, 1 << 20),
                heads(file, width),
                layersToRun(file, parts),
                eps(file),
                activation(metadata, parts, !parts.equals(TowerParts.CLIP)),
                threeNumbers(file, "clip.vision.image_mean"),
                std(file),
                aspect(file),
                features(file, parts, standard));
    }

    /**
     * Reads and checks the hyper-parameters of a tower over images of any size, which runs all of its layers.
     *
     * @param gelu whether the MLP has GELU, not quick GELU, if the file does not say
     * @param feedForward inner width of the MLP, from the file and the tower's width
     * @throws ModelException if the numbers contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is missing, has another type or is out of range
     */
    public static VisionConfig readAnySize(
            GgufFile file,
            VisionFamily family,
            TowerParts parts,
            boolean gelu,
            ToIntBiFunction<GgufFile, Integer> feedForward) {
        GgufMetadata metadata = file.metadata();
        int patchSize = metadata.integer("clip.vision.patch_size", 1, 4096);
        int width = width(metadata);
        int heads = heads(file, width);
        return new VisionConfig(
                family,
                parts,
                patchSize,
                patchSize,
                width,
                feedForward.applyAsInt(file, width),
                heads,
                metadata.integer("clip.vision.block_count", 1, 1024),
                eps(file),
                activation(metadata, parts, gelu),
                threeNumbers(file, "clip.vision.image_mean"),
                std(file),
                Aspect.STRETCH,
                FeatureSelect.FULL);
    }

    private static int width(GgufMetadata metadata) {
        return metadata.integer("clip.vision.embedding_length", 1, 1 << 16);
    }

    private static int heads(GgufFile file, int width) {
        int heads = file.metadata().integer("clip.vision.attention.head_count", 1, 1024);
        if (width % heads != 0) {
            throw new ModelException(file.name() + ": clip.vision.embedding_length = " + width
                    + " is not a multiple of clip.vision.attention.head_count = " + heads);
        }
        return heads;
    }

    private static float eps(GgufFile file) {
        float eps = file.metadata().number("clip.vision.attention.layer_norm_epsilon");
        if (!(eps > 0) || eps > 1) {
            throw new ModelException(
                    file.name() + ": clip.vision.attention.layer_norm_epsilon = " + eps + " must be in (0, 1]");
        }
        return eps;
    }

    private static float[] std(GgufFile file) {
        float[] std = threeNumbers(file, "clip.vision.image_std");
        for (float value : std) {
            if (!(value > 0)) {
                throw new ModelException(file.name() + ": clip.vision.image_std must be positive, not " + value);
            }
        }
        return std;
    }

    /** Patches along one side. */
    public int grid() {
        return imageSize / patchSize;
    }

    /** Patches of one image. */
    public int patches() {
        return grid() * grid();
    }

    /** Rows of one image in the tower: its patches, and the class row if there is one. */
    public int towerRows() {
        return patches() + (parts.classRow() ? 1 : 0);
    }

    /** Rows of one image that the projector sees. */
    public int featureRows() {
        return towerRows() - (features == FeatureSelect.PATCH ? 1 : 0);
    }

    /**
     * Returns this configuration if the projector sees the rows that its family needs.
     *
     * @param reason why it needs them, for the message
     * @throws ModelException if the file says otherwise
     */
    public VisionConfig requireFeatures(GgufFile file, FeatureSelect needed, String reason) {
        if (features != needed) {
            throw new ModelException(file.name() + ": clip.vision.feature_select = " + features.key
                    + " does not go with this projector: " + reason);
        }
        return this;
    }

    private static int layersToRun(GgufFile file, TowerParts parts) {
        GgufMetadata metadata = file.metadata();
        int stored = metadata.integer("clip.vision.block_count", 1, 1024);
        if (!metadata.has("clip.vision.feature_layer")) {
            return stored == FULL_VIT_L_LAYERS && parts.equals(TowerParts.CLIP) ? stored - 1 : stored;
        }
        int[] layers = metadata.integers("clip.vision.feature_layer");
        if (layers.length != 1 || layers[0] < 0 || layers[0] > stored) {
            throw new ModelException(file.name() + ": clip.vision.feature_layer must be one number in 0.." + stored
                    + ", not " + java.util.Arrays.toString(layers));
        }
        return layers[0];
    }

    /** @param gelu whether it is GELU, not quick GELU, if the file does not say */
    private static Activation activation(GgufMetadata metadata, TowerParts parts, boolean gelu) {
        if (metadata.bool("clip.use_silu", false)) {
            return Activation.SILU;
        }
        return metadata.bool("clip.use_gelu", gelu) ? parts.gelu() : Activation.QUICK_GELU;
    }

    private static Aspect aspect(GgufFile file) {
        String key = "clip.vision.image_aspect_ratio";
        boolean tiles = file.metadata().has(PINPOINTS);
        String aspect = file.metadata().string(key, tiles ? "anyres" : "pad");
        return switch (aspect) {
            case "pad" -> Aspect.PAD;
            case "square" -> Aspect.SQUARE;
            case "anyres" -> {
                if (!tiles) {
                    throw new ModelException(
                            file.name() + ": " + key + " = anyres needs " + PINPOINTS + ", which is missing");
                }
                yield Aspect.ANYRES;
            }
            default ->
                throw new ModelException(file.name() + ": " + key + " = " + Text.line(aspect, Text.SHOWN)
                        + " is not supported; Myna knows pad, square and anyres");
        };
    }

    private static FeatureSelect features(GgufFile file, TowerParts parts, FeatureSelect standard) {
        String key = "clip.vision.feature_select";
        String select = file.metadata().string(key, standard.key);
        for (FeatureSelect features : FeatureSelect.values()) {
            if (features.key.equals(select)) {
                if (features != FeatureSelect.PATCH && parts.classRow() == (features == FeatureSelect.FULL)) {
                    throw new ModelException(file.name() + ": " + key + " = " + select + " does not go with a tower "
                            + (parts.classRow() ? "with" : "without") + " a class row");
                }
                return features;
            }
        }
        throw new ModelException(file.name() + ": " + key + " = " + Text.line(select, Text.SHOWN)
                + " is not supported; Myna knows patch, cls_patch and full");
    }

    private static float[] threeNumbers(GgufFile file, String key) {
        float[] values = file.metadata().floats(key);
        if (values.length != 3) {
            throw new ModelException(file.name() + ": " + key + " has " + values.length + " values, not 3");
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new ModelException(file.name() + ": " + key + " holds " + value);
            }
        }
        return values;
    }
}
