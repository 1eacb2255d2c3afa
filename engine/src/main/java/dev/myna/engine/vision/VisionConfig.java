// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.vision;

import dev.myna.engine.ModelException;
import dev.myna.engine.vision.projector.LdpProjector;
import dev.myna.engine.vision.projector.LdpV2Projector;
import dev.myna.kernels.Activation;
import dev.myna.kernels.Tensor;
import dev.myna.loaders.gguf.FileKind;
import dev.myna.loaders.gguf.GgufFile;
import dev.myna.loaders.gguf.GgufMetadata;
import dev.myna.loaders.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Hyper-parameters of a CLIP tower, read from an mmproj GGUF in the old or the new layout (docs/spec/models.md 2 and 8.3).
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels; divides {@code imageSize}
 * @param width elements of the residual stream
 * @param feedForward inner width of the MLP
 * @param heads attention heads; divides {@code width}
 * @param layers layers to run: the features are the output of the last one
 * @param normEps epsilon of LayerNorm
 * @param activation of the MLP
 * @param mean per channel, subtracted from pixels in 0..1
 * @param std per channel, divides after that
 * @param aspect what the file says about making images square
 * @param pinpoints canvases of the any-resolution path, in the file's order; empty where the model has none
 * @param features which rows of the tower the projector sees
 * @param projector how features become decoder rows
 * @param projectorGelu GELU form inside the projector
 */
public record VisionConfig(
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
        List<AnyResolution.Pinpoint> pinpoints,
        FeatureSelect features,
        ProjectorType projector,
        Activation projectorGelu) {

    /** How images become square (docs/spec/models.md 4.3). */
    public enum Aspect {
        /** Pad to a square. */
        PAD,
        /** Resize and cut out the centre. */
        SQUARE,
        /** An overview and tiles. */
        ANYRES
    }

    /** {@code clip.projector_type}. */
    public enum ProjectorType {
        MLP,
        LDP,
        LDPV2,
        /** {@code mlp}, then the mixture of experts that the prompt's text guides. */
        MLP_MOE_TEXT
    }

    /** {@code clip.vision.feature_select}. */
    public enum FeatureSelect {
        /** Without the class row. */
        PATCH,
        /** The class row first. */
        CLS_PATCH
    }

    private static final int MAX_PINPOINTS = 64;

    /** Most pixels of a canvas: its tiles are cut from one image. */
    private static final long MAX_CANVAS_PIXELS = 1 << 26;

    /** How older files say which projector they have. */
    private static final List<String> OTHER_PROJECTORS = List.of(
            "clip.has_minicpmv_projector",
            "clip.has_glm_projector",
            "clip.has_qwen2vl_merger",
            "clip.has_audio_encoder");

    private static final int MAX_TILES_PER_SIDE = 16;

    /** ViT-L/14 stores 24 layers and its features are those of layer 22: run one less (select layer -2). */
    private static final int FULL_VIT_L_LAYERS = 24;

    /**
     * Reads and checks the hyper-parameters of a vision file.
     *
     * @throws ModelException if the file is no CLIP tower Myna runs, or the numbers contradict each other
     * @throws dev.myna.loaders.gguf.GgufException if a key is missing, has another type or is out of range
     */
    public static VisionConfig read(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String architecture = metadata.string("general.architecture", "missing");
        if (!architecture.equals("clip")) {
            throw new ModelException(file.name() + ": general.architecture = " + Text.line(architecture, Text.SHOWN)
                    + " is no vision file; --mmproj expects one with general.architecture = clip, and -m a text model");
        }
        FileKind.otherThanModel(file).ifPresent(kind -> {
            throw new ModelException(file.name() + ": " + kind);
        });
        for (String key : OTHER_PROJECTORS) {
            if (metadata.bool(key, false)) {
                throw new ModelException(file.name() + ": " + key
                        + " = true: this projector is not supported; Myna knows mlp, ldp, ldpv2 and mlp_moe_text");
            }
        }
        if (!metadata.bool("clip.has_vision_encoder", true)) {
            throw new ModelException(file.name() + ": clip.has_vision_encoder = false; this file has no vision tower");
        }
        int imageSize = metadata.integer("clip.vision.image_size", 1, 4096);
        int patchSize = metadata.integer("clip.vision.patch_size", 1, 4096);
        if (imageSize % patchSize != 0) {
            throw new ModelException(file.name() + ": clip.vision.image_size = " + imageSize
                    + " is not a multiple of clip.vision.patch_size = " + patchSize);
        }
        int width = metadata.integer("clip.vision.embedding_length", 1, 1 << 16);
        int heads = metadata.integer("clip.vision.attention.head_count", 1, 1024);
        if (width % heads != 0) {
            throw new ModelException(file.name() + ": clip.vision.embedding_length = " + width
                    + " is not a multiple of clip.vision.attention.head_count = " + heads);
        }
        float eps = metadata.number("clip.vision.attention.layer_norm_epsilon");
        if (!(eps > 0) || eps > 1) {
            throw new ModelException(
                    file.name() + ": clip.vision.attention.layer_norm_epsilon = " + eps + " must be in (0, 1]");
        }
        ProjectorType projector = projector(file);
        FeatureSelect features = features(file, projector);
        float[] std = threeNumbers(file, "clip.vision.image_std");
        for (float value : std) {
            if (!(value > 0)) {
                throw new ModelException(file.name() + ": clip.vision.image_std must be positive, not " + value);
            }
        }
        List<AnyResolution.Pinpoint> pinpoints = pinpoints(file, imageSize);
        return new VisionConfig(
                imageSize,
                patchSize,
                width,
                metadata.integer("clip.vision.feed_forward_length", 1, 1 << 20),
                heads,
                layersToRun(file),
                eps,
                activation(metadata),
                threeNumbers(file, "clip.vision.image_mean"),
                std,
                aspect(file, pinpoints),
                pinpoints,
                features,
                projector,
                projectorGelu(file));
    }

    /** Patches along one side. */
    public int grid() {
        return imageSize / patchSize;
    }

    /** Patches of one image. */
    public int patches() {
        return grid() * grid();
    }

    /** Rows of one image that the projector sees. */
    public int featureRows() {
        return patches() + (features == FeatureSelect.CLS_PATCH ? 1 : 0);
    }

    /**
     * Elements of the rows that a file's projector makes, which must be the decoder's width: the length of its last bias.
     *
     * @return empty if the file is no vision file, or has no projector that Myna knows
     */
    public static OptionalInt projectorWidth(GgufFile file) {
        for (String bias : List.of("mm.2.bias", "mm.model.mlp.3.bias", "mm.model.mlp.2.bias")) {
            Optional<Tensor> found = Optional.ofNullable(file.tensors().get(bias));
            if (found.isPresent()) {
                return OptionalInt.of(
                        (int) Math.min(Integer.MAX_VALUE, found.get().elements()));
            }
        }
        return OptionalInt.empty();
    }

    /** Most images that the tower sees at once: one, or an overview and all tiles of the largest canvas. */
    int mostTiles() {
        int most = 0;
        for (AnyResolution.Pinpoint canvas : pinpoints) {
            most = Math.max(most, canvas.width() / imageSize * (canvas.height() / imageSize));
        }
        return 1 + most;
    }

    /** Rows the projector makes of one square image. */
    public int projectorRows() {
        return switch (projector) {
            case MLP, MLP_MOE_TEXT -> featureRows();
            case LDP -> LdpProjector.rows(grid());
            case LDPV2 -> LdpV2Projector.rows(grid());
        };
    }

    private static int layersToRun(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        int stored = metadata.integer("clip.vision.block_count", 1, 1024);
        if (!metadata.has("clip.vision.feature_layer")) {
            return stored == FULL_VIT_L_LAYERS ? stored - 1 : stored;
        }
        int[] layers = metadata.integers("clip.vision.feature_layer");
        if (layers.length != 1 || layers[0] < 0 || layers[0] > stored) {
            throw new ModelException(file.name() + ": clip.vision.feature_layer must be one number in 0.." + stored
                    + ", not " + java.util.Arrays.toString(layers));
        }
        return layers[0];
    }

    private static Activation activation(GgufMetadata metadata) {
        if (metadata.bool("clip.use_silu", false)) {
            return Activation.SILU;
        }
        return metadata.bool("clip.use_gelu", false) ? Activation.GELU_ERF : Activation.QUICK_GELU;
    }

    private static Aspect aspect(GgufFile file, List<AnyResolution.Pinpoint> pinpoints) {
        String key = "clip.vision.image_aspect_ratio";
        String aspect = file.metadata().string(key, pinpoints.isEmpty() ? "pad" : "anyres");
        return switch (aspect) {
            case "pad" -> Aspect.PAD;
            case "square" -> Aspect.SQUARE;
            case "anyres" -> {
                if (pinpoints.isEmpty()) {
                    throw new ModelException(file.name() + ": " + key
                            + " = anyres needs clip.vision.image_grid_pinpoints, which is missing");
                }
                yield Aspect.ANYRES;
            }
            default ->
                throw new ModelException(file.name() + ": " + key + " = " + Text.line(aspect, Text.SHOWN)
                        + " is not supported; Myna knows pad, square and anyres");
        };
    }

    private static List<AnyResolution.Pinpoint> pinpoints(GgufFile file, int imageSize) {
        String key = "clip.vision.image_grid_pinpoints";
        if (!file.metadata().has(key)) {
            return List.of();
        }
        int[] sides = file.metadata().integers(key);
        if (sides.length == 0 || sides.length % 2 != 0 || sides.length > MAX_PINPOINTS * 2) {
            throw new ModelException(file.name() + ": " + key + " has " + sides.length + " numbers; it holds 1 to "
                    + MAX_PINPOINTS + " pairs of width and height");
        }
        List<AnyResolution.Pinpoint> pinpoints = new ArrayList<>();
        for (int i = 0; i < sides.length; i += 2) {
            for (int side : new int[] {sides[i], sides[i + 1]}) {
                if (side < imageSize || side % imageSize != 0 || side / imageSize > MAX_TILES_PER_SIDE) {
                    throw new ModelException(file.name() + ": " + key + " holds " + side + ", which is not 1 to "
                            + MAX_TILES_PER_SIDE + " times the image size " + imageSize);
                }
            }
            if ((long) sides[i] * sides[i + 1] > MAX_CANVAS_PIXELS) {
                throw new ModelException(file.name() + ": " + key + " holds a canvas of " + sides[i] + "x"
                        + sides[i + 1] + "; at most " + MAX_CANVAS_PIXELS + " pixels are supported");
            }
            pinpoints.add(new AnyResolution.Pinpoint(sides[i], sides[i + 1]));
        }
        return List.copyOf(pinpoints);
    }

    private static ProjectorType projector(GgufFile file) {
        GgufMetadata metadata = file.metadata();
        String type = metadata.string("clip.projector_type", metadata.string("clip.vision.projector_type", "mlp"));
        return switch (type) {
            case "mlp" -> ProjectorType.MLP;
            case "ldp" -> ProjectorType.LDP;
            case "ldpv2" -> ProjectorType.LDPV2;
            case "mlp_moe_text" -> ProjectorType.MLP_MOE_TEXT;
            default ->
                throw new ModelException(file.name() + ": clip.projector_type = " + Text.line(type, Text.SHOWN)
                        + " is not supported; Myna knows mlp, ldp, ldpv2 and mlp_moe_text");
        };
    }

    private static FeatureSelect features(GgufFile file, ProjectorType projector) {
        String key = "clip.vision.feature_select";
        boolean mixture = projector == ProjectorType.MLP_MOE_TEXT;
        String select = file.metadata().string(key, mixture ? "cls_patch" : "patch");
        FeatureSelect features = switch (select) {
            case "patch" -> FeatureSelect.PATCH;
            case "cls_patch" -> FeatureSelect.CLS_PATCH;
            default ->
                throw new ModelException(file.name() + ": " + key + " = " + Text.line(select, Text.SHOWN)
                        + " is not supported; Myna knows patch and cls_patch");
        };
        boolean grid = projector == ProjectorType.LDP || projector == ProjectorType.LDPV2;
        if (grid && features == FeatureSelect.CLS_PATCH || mixture && features == FeatureSelect.PATCH) {
            throw new ModelException(file.name() + ": " + key + " = " + Text.line(select, Text.SHOWN)
                    + " does not go with this projector: "
                    + (mixture ? "the mixture's router needs the class row" : "its convolutions need a grid"));
        }
        return features;
    }

    private static Activation projectorGelu(GgufFile file) {
        String form = file.metadata().string("clip.projector.gelu", "erf");
        return switch (form) {
            case "erf" -> Activation.GELU_ERF;
            case "tanh" -> Activation.GELU_TANH;
            default ->
                throw new ModelException(file.name() + ": clip.projector.gelu = " + Text.line(form, Text.SHOWN)
                        + " is not known; it is erf or tanh");
        };
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
