// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.Preprocessing;
import dev.myna.loaders.convert.plan.CohereLayers;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;
import java.util.Set;

/** Aya Vision: tiles of a SigLIP tower, whose neighbouring rows are joined and gated, before a Command R7B. */
final class AyaVision implements PublishedFamily {
    private static final String FIRST = "embeddings.patch_embedding.weight";
    private static final int BICUBIC = 3;
    private static final int HEADS = 16;
    private static final int MAX_SCALE = 64;
    private static final int MIN_TILES = 1;
    private static final int MAX_TILES = 12;
    private static final int MOST_TILES = 256;
    private static final float EPSILON = 1e-6f;

    @Override
    public String title() {
        return "Aya Vision";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("aya_vision");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        HfConfig config = folder.config();
        HfConfig textConfig = TextPart.config(config);
        if (!textConfig.string("model_type", "cohere2").equals("cohere2")) {
            throw textConfig.fail("model_type", "is not supported; it must be cohere2");
        }
        requireSupported(config);
        TextPart text = TextPart.of(
                folder,
                name,
                DecoderArchitecture.COHERE2,
                textConfig,
                true,
                Integer.MAX_VALUE,
                decoder -> CohereLayers.of(textConfig, decoder).metadata(),
                "language_model.model.",
                "model.language_model.",
                "language_model.");
        TensorMapping tensors = new TensorMapping(folder);
        HfConfig visionConfig = config.childOrEmpty("vision_config");
        SiglipTower tower = SiglipTower.of(
                tensors,
                visionConfig,
                tensors.prefixOf(FIRST, "vision_tower.vision_model.", "model.vision_tower.vision_model."),
                HEADS,
                false);
        visionConfig.bool("vision_use_head", false); // pools rows; nothing uses the result
        int scale = config.integer("downsample_factor", 1, MAX_SCALE, 2);
        int patches = tower.imageSize() / tower.patchSize();
        if (patches % scale != 0) {
            throw config.fail("downsample_factor", "must divide " + patches + ", the tower's patches a side");
        }
        int outputs = text.decoder().width();
        mapConnector(config, tensors, (long) scale * scale * tower.width(), outputs);
        HfConfig preprocessor = folder.preprocessor();
        int least = preprocessor.integer("min_patches", 1, MOST_TILES, MIN_TILES);
        int most = preprocessor.integer("max_patches", least, MOST_TILES, MAX_TILES);
        if (!preprocessor.bool("crop_to_patches", true)) {
            throw preprocessor.fail("crop_to_patches", "is not supported: images are always cut into tiles");
        }
        Preprocessing.checkSteps(preprocessor, BICUBIC, Set.of("size")).ifPresent(folder.notes()::add);
        float epsilon = config.positive("adapter_layer_norm_eps", EPSILON);
        PlannedFile vision = tower.part("cohere2v", outputs)
                .file(name, preprocessor, VisionPart.halves(), VisionPart.halves(), tensors, writer -> {
                    writer.bool("clip.use_gelu", true)
                            .u32("clip.vision.projector.scale_factor", scale)
                            .u32("clip.vision.preproc_min_tiles", least)
                            .u32("clip.vision.preproc_max_tiles", most);
                    if (epsilon != EPSILON) {
                        writer.f32("clip.vision.projector.layer_norm_epsilon", epsilon);
                    }
                });
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    /** A norm, a matrix that makes values and their gates, and a matrix. */
    private static void mapConnector(HfConfig config, TensorMapping tensors, long joined, int outputs) {
        String prefix = tensors.prefixOf("linear_1.weight", "multi_modal_projector.", "model.multi_modal_projector.");
        int doubled = tensors.dimension(prefix + "linear_1.weight", 0, 2);
        config.requireEqual("alignment_intermediate_size", doubled, "the rows of " + prefix + "linear_1.weight");
        if (doubled % 2 != 0) {
            throw config.fail("alignment_intermediate_size", "must be even: half of the rows are gates");
        }
        tensors.biased("mm.input_norm", prefix + "layernorm", joined);
        tensors.biased("mm.1", prefix + "linear_1", doubled, joined);
        tensors.biased("mm.2", prefix + "linear_2", outputs, doubled / 2);
    }

    private static void requireSupported(HfConfig config) {
        if (config.integer("vision_feature_layer", -1024, 1024, -1) != -1) {
            throw config.fail("vision_feature_layer", "is not supported; it must be -1");
        }
        String strategy = "vision_feature_select_strategy";
        if (!config.string(strategy, "full").equals("full")) {
            throw config.fail(strategy, "is not supported; it must be full");
        }
    }
}
