// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.Source.TowerTensors;
import dev.myna.loaders.quantize.VisionTypes;
import java.util.ArrayList;
import java.util.List;

/** The layout of the transformers library for LLaVA-like models: a configuration for each part, other names (models.md 7.2). */
final class HfLayout {
    private static final String EMBEDDING = "embed_tokens.weight";

    private HfLayout() {}

    /** @param anyResolution whether pictures are cut into tiles with a newline after each row of the grid */
    static ConversionPlan plan(Source source, boolean anyResolution) {
        HfConfig config = source.config();
        HfConfig textConfig = config.child("text_config").orElseThrow(() -> config.fail("text_config", "is missing"));
        DecoderArchitecture architecture = architecture(textConfig);
        TensorMapping text = new TensorMapping(source.folder());
        String prefix = text.prefixOf(EMBEDDING, "language_model.model.", "model.language_model.");
        String head = text.has("lm_head.weight") ? "lm_head.weight" : "language_model.lm_head.weight";
        DecoderMapping decoder = DecoderMapping.of(architecture, textConfig, text, prefix, head);

        TensorMapping own = new TensorMapping(source.folder());
        TowerTensors tower = source.tower(own, config.integer("vision_feature_layer", -1024, 1024, -2));
        List<PlannedTensor> vision = new ArrayList<>(tower.tensors().planned());
        TensorMapping rest = new TensorMapping(source.folder());
        String projector = rest.prefixOf("linear_1.weight", "multi_modal_projector.", "model.multi_modal_projector.");
        if (!config.string("projector_hidden_act", "gelu").equals("gelu")) {
            throw config.fail("projector_hidden_act", "is not supported; it must be gelu");
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
                anyResolution ? "anyres" : "square",
                anyResolution ? VisionMapping.pinpoints(config) : new int[0],
                anyResolution ? VisionMapping.SPATIAL_UNPAD : "",
                VisionMapping.mean(tower.preprocessor()),
                VisionMapping.std(tower.preprocessor()));
        return ConversionPlan.of(
                source,
                new PlannedFile(
                        architecture.gguf(),
                        decoder.metadata(
                                source.name(),
                                TokenizerFiles.read(
                                        source.folder().path(), architecture, textConfig, decoder.vocabularyRows())),
                        decoder::types,
                        text.planned()),
                new PlannedFile("clip", metadata.metadata(source.name()), VisionTypes::new, vision),
                List.of(text, own, rest));
    }

    private static DecoderArchitecture architecture(HfConfig textConfig) {
        String key = "model_type";
        return switch (textConfig.string(key)) {
            case "llama" -> DecoderArchitecture.LLAMA;
            case "qwen2" -> DecoderArchitecture.QWEN2;
            default -> throw textConfig.fail(key, "is not supported; it must be llama or qwen2");
        };
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
