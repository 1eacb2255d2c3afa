// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.config.Preprocessing;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;
import java.util.Set;

/** SmolVLM, SmolVLM2 and Idefics3: tiles of a SigLIP tower, whose neighbouring rows are joined, before a llama. */
final class SmolVlm implements PublishedFamily {
    private static final String FIRST = "embeddings.patch_embedding.weight";
    private static final int LANCZOS = 1;
    private static final int HEADS = 16;
    private static final int MAX_SIDE = 1 << 16;
    private static final int MAX_SCALE = 64;
    private static final String LONGEST = "longest_edge";

    @Override
    public String title() {
        return "SmolVLM";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("idefics3", "smolvlm");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        HfConfig config = folder.config();
        HfConfig textConfig = TextPart.config(config);
        if (!textConfig.string("model_type", "llama").equals("llama")) {
            throw textConfig.fail("model_type", "is not supported; it must be llama");
        }
        textConfig.bool("qk_layer_norms", false);
        TextPart text = TextPart.of(
                folder,
                name,
                DecoderArchitecture.LLAMA,
                textConfig,
                false,
                Integer.MAX_VALUE,
                _ -> _ -> {},
                "model.text_model.",
                "text_model.");
        TensorMapping tensors = new TensorMapping(folder);
        HfConfig visionConfig = config.childOrEmpty("vision_config");
        SiglipTower tower = SiglipTower.of(
                tensors, visionConfig, tensors.prefixOf(FIRST, "model.vision_model.", "vision_model."), HEADS, true);
        int scale = config.integer("scale_factor", 1, MAX_SCALE, 2);
        int patches = tower.imageSize() / tower.patchSize();
        if (patches % scale != 0) {
            throw config.fail("scale_factor", "must divide " + patches + ", the tower's patches a side");
        }
        int outputs = text.decoder().width();
        tensors.tensor(
                "mm.model.fc.weight",
                tensors.prefixOf(
                                "proj.weight", "model.connector.modality_projection.", "connector.modality_projection.")
                        + "proj.weight",
                outputs,
                (long) scale * scale * tower.width());
        HfConfig preprocessor = folder.preprocessor();
        int longest = longest(preprocessor, tower);
        PlannedFile vision = tower.part("idefics3", outputs)
                .file(
                        name,
                        preprocessor,
                        VisionPart.halves(),
                        VisionPart.halves(),
                        tensors,
                        writer -> writer.bool("clip.use_gelu", true)
                                .u32("clip.vision.projector.scale_factor", scale)
                                .u32("clip.vision.preproc_image_size", longest));
        folder.notes()
                .addAll(Preprocessing.checkSteps(
                                preprocessor, LANCZOS, Set.of("do_image_splitting", "max_image_size", "video_sampling"))
                        .stream()
                        .toList());
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    /** The longest side to which images are scaled before they are cut into tiles. */
    private static int longest(HfConfig preprocessor, SiglipTower tower) {
        preprocessor.childOrEmpty("max_image_size").requireEqual(LONGEST, tower.imageSize(), "the side of a tile");
        if (!preprocessor.bool("do_image_splitting", true)) {
            throw preprocessor.fail("do_image_splitting", "is not supported: images are always cut into tiles");
        }
        return preprocessor.childOrEmpty("size").integer(LONGEST, tower.imageSize(), MAX_SIDE, 4 * tower.imageSize());
    }
}
