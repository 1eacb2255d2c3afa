// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.Preprocessing;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.GemmaLayers;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.convert.tokenizer.TokenizerFiles;
import java.util.List;
import java.util.Set;

/** Gemma 3: the models that see, and those of text only. */
final class Gemma3 implements PublishedFamily {
    private static final String TEXT_ONLY = "gemma3_text";
    private static final String[] TEXT = {"language_model.model.", "model.language_model.", "model."};
    private static final String FIRST = "embeddings.patch_embedding.weight";
    private static final int BILINEAR = 2;
    private static final int SIGLIP_HEADS = 12;
    /** The scale of files that do not say. */
    private static final int DEFAULT_SCALE = 4;

    private static final int TOKENS = 256;

    @Override
    public String title() {
        return "Gemma 3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gemma3", TEXT_ONLY);
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        HfConfig config = folder.config();
        HfConfig textConfig = TextPart.config(config);
        TextPart text = TextPart.of(
                folder,
                name,
                DecoderArchitecture.GEMMA3,
                textConfig,
                true,
                TokenizerFiles.pieces(folder),
                decoder -> GemmaLayers.of(textConfig, decoder).metadata(),
                TEXT);
        if (config.string("model_type").equals(TEXT_ONLY)) {
            return ConversionPlan.of(List.of(folder), List.of(text.file()), List.of(text.tensors()));
        }
        TensorMapping tensors = new TensorMapping(folder);
        SiglipTower tower = SiglipTower.of(
                tensors,
                config.childOrEmpty("vision_config"),
                tensors.prefixOf(FIRST, "vision_tower.vision_model.", "model.vision_tower.vision_model."),
                SIGLIP_HEADS,
                true);
        config.childOrEmpty("vision_config").bool("vision_use_head", false); // pools rows; nothing uses the result
        String projector =
                tensors.prefixOf("mm_soft_emb_norm.weight", "multi_modal_projector.", "model.multi_modal_projector.");
        int outputs = text.decoder().width();
        tensors.plusOne("mm.soft_emb_norm.weight", projector + "mm_soft_emb_norm.weight", tower.width());
        tensors.tensor("mm.input_projection.weight", projector + "mm_input_projection_weight", tower.width(), outputs);
        int scale = scale(config, tower);
        HfConfig preprocessor = folder.preprocessor();
        Preprocessing.checkSteps(
                        preprocessor,
                        BILINEAR,
                        Set.of(
                                "size",
                                "do_pan_and_scan",
                                "pan_and_scan_max_num_crops",
                                "pan_and_scan_min_crop_size",
                                "pan_and_scan_min_ratio_to_activate"))
                .ifPresent(folder.notes()::add);
        PlannedFile vision = tower.part("gemma3", outputs)
                .file(name, preprocessor, VisionPart.halves(), VisionPart.halves(), tensors, writer -> {
                    writer.bool("clip.use_gelu", true);
                    if (scale != DEFAULT_SCALE) {
                        writer.u32("clip.vision.projector.scale_factor", scale);
                    }
                });
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    /** The side of the squares of rows whose mean is one row: the image becomes a square of so many tokens. */
    private static int scale(HfConfig config, SiglipTower tower) {
        String key = "mm_tokens_per_image";
        int patches = tower.imageSize() / tower.patchSize();
        int side = (int) Math.round(Math.sqrt(config.integer(key, 1, 1 << 20, TOKENS)));
        if (side < 1 || side * side != config.integer(key, 1, 1 << 20, TOKENS) || patches % side != 0) {
            throw config.fail(key, "must be a square whose side divides " + patches + ", the tower's patches a side");
        }
        return patches / side;
    }
}
