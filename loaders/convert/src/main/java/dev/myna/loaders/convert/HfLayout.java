// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.Source.TowerTensors;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.DecoderMapping;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.PlannedTensor;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.convert.tokenizer.TokenizerFiles;
import dev.myna.loaders.quantize.VisionTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The layout of the transformers library for LLaVA-like models: a configuration for each part, other names (docs/spec/models.md 7.2). */
final class HfLayout {
    private static final String EMBEDDING = "embed_tokens.weight";
    /** Older and newer releases of transformers name the same modules differently. */
    private static final String[] DECODERS = {
        "language_model.model.", "model.language_model.", "model.language_model.model.", "language_model.", "model."
    };

    /** Default of transformers' CLIPVisionConfig. */
    private static final int TOWER_HEADS = 12;
    /** Heads of the tower that transformers uses without a vision_config. */
    private static final int LARGE_TOWER_HEADS = 16;
    /** Default of transformers' LlavaNextConfig. */
    private static final int[] PINPOINTS = {336, 672, 672, 336, 672, 672, 1008, 336, 336, 1008};

    private HfLayout() {}

    /** @param anyResolution whether images are cut into tiles with a newline after each row of the grid */
    static ConversionPlan plan(Source source, boolean anyResolution) {
        HfConfig config = source.config();
        HfConfig textConfig = config.childOrEmpty("text_config");
        DecoderArchitecture architecture = architecture(textConfig);
        TensorMapping text = new TensorMapping(source.folder());
        String prefix = text.prefixOf(EMBEDDING, DECODERS);
        String head = text.prefixOf("lm_head.weight", "", "language_model.", "model.") + "lm_head.weight";
        DecoderMapping decoder = DecoderMapping.of(
                architecture, textConfig, DecoderMapping.Sparse.YES, tied(config, textConfig), text, prefix, head);

        TensorMapping own = new TensorMapping(source.folder());
        TowerTensors tower =
                source.tower(own, featureLayer(config), config.has("vision_config") ? TOWER_HEADS : LARGE_TOWER_HEADS);
        List<PlannedTensor> vision = new ArrayList<>(tower.tensors().planned());
        TensorMapping rest = new TensorMapping(source.folder());
        String projector = rest.prefixOf("linear_1.weight", "multi_modal_projector.", "model.multi_modal_projector.");
        if (!config.string("projector_hidden_act", "gelu").equals("gelu")) {
            throw config.fail("projector_hidden_act", "is not supported; it must be gelu");
        }
        if (!config.bool("multimodal_projector_bias", true)) {
            throw config.fail("multimodal_projector_bias", "is not supported: the projector must have biases");
        }
        ProjectorMapping mapped = ProjectorMapping.TwoLayers.of(
                rest,
                projector + "linear_1",
                projector + "linear_2",
                tower.tower().width(),
                decoder.width());
        if (anyResolution) {
            String newline = rest.has("image_newline") ? "image_newline" : "model.image_newline";
            rest.tensor("model.image_newline", newline, decoder.width());
        }
        vision.addAll(rest.planned());
        VisionMapping metadata = new VisionMapping(
                tower.tower(),
                mapped,
                decoder.width(),
                features(config),
                anyResolution ? "anyres" : aspect(tower.preprocessor()),
                anyResolution ? pinpoints(config) : new int[0],
                anyResolution ? VisionMapping.SPATIAL_UNPAD : "",
                VisionMapping.mean(tower.preprocessor()),
                VisionMapping.std(tower.preprocessor()));
        return ConversionPlan.of(
                source.folders(),
                List.of(
                        new PlannedFile(
                                architecture.gguf(),
                                decoder.metadata(
                                        source.name(),
                                        TokenizerFiles.read(
                                                source.folder(), architecture, textConfig, decoder.vocabularyRows())),
                                decoder::types,
                                text.planned()),
                        new PlannedFile("clip", metadata.metadata(source.name()), VisionTypes::new, vision)),
                List.of(text, own, rest));
    }

    private static DecoderArchitecture architecture(HfConfig textConfig) {
        String key = "model_type";
        return switch (textConfig.string(key, "llama")) {
            case "llama" -> DecoderArchitecture.LLAMA;
            case "qwen2" -> DecoderArchitecture.QWEN2;
            default -> throw textConfig.fail(key, "is not supported; it must be llama or qwen2");
        };
    }

    /** True if either configuration says so; both are read. */
    private static boolean tied(HfConfig config, HfConfig textConfig) {
        String key = "tie_word_embeddings";
        boolean whole = config.bool(key, false);
        return textConfig.bool(key, false) || whole;
    }

    /** One hidden state of the tower. transformers also allows a list, whose states it concatenates. */
    private static int featureLayer(HfConfig config) {
        String key = "vision_feature_layer";
        if (config.get(key) instanceof List<?> several) {
            if (several.size() == 1 && several.getFirst() instanceof Integer layer) {
                return layer;
            }
            throw config.fail(key, "is not supported: it must be one layer");
        }
        return config.integer(key, -1024, 1024, -2);
    }

    /** transformers' image processor crops the central square, unless padding is on. */
    private static String aspect(HfConfig preprocessor) {
        return preprocessor.bool("do_pad", false) ? "pad" : "square";
    }

    /**
     * Canvas sizes. transformers writes height and width, GGUF files width and height. If every size also occurs transposed,
     * both are the same set, and the order of the configuration is kept.
     */
    private static int[] pinpoints(HfConfig config) {
        String key = "image_grid_pinpoints";
        if (!config.has(key)) {
            return PINPOINTS.clone();
        }
        int[] pinpoints = VisionMapping.pinpoints(config);
        int[] turned = new int[pinpoints.length];
        for (int i = 0; i < pinpoints.length; i += 2) {
            turned[i] = pinpoints[i + 1];
            turned[i + 1] = pinpoints[i];
        }
        return canvases(pinpoints).equals(canvases(turned)) ? pinpoints : turned;
    }

    private static Set<List<Integer>> canvases(int[] pinpoints) {
        Set<List<Integer>> canvases = new HashSet<>();
        for (int i = 0; i < pinpoints.length; i += 2) {
            canvases.add(List.of(pinpoints[i], pinpoints[i + 1]));
        }
        return canvases;
    }

    private static String features(HfConfig config) {
        String key = "vision_feature_select_strategy";
        return switch (config.string(key, "default")) {
            case "default" -> "patch";
            case "full" -> "cls_patch";
            default -> throw config.fail(key, "is not supported; it must be default or full");
        };
    }
}
