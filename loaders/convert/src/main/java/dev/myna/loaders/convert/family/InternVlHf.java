// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;

/** InternVL3 in the layout of transformers. */
final class InternVlHf implements PublishedFamily {
    private static final String FIRST = "embeddings.cls_token";

    @Override
    public String title() {
        return "InternVL3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("internvl");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        HfConfig config = folder.config();
        TextPart text = InternTower.text(folder, name, TextPart.config(config));
        TensorMapping tensors = new TensorMapping(folder);
        requireSupported(config);
        String prefix = tensors.prefixOf(FIRST, "vision_tower.", "model.vision_tower.");
        InternTower.Names names = new InternTower.Names(
                prefix + FIRST,
                prefix + "embeddings.patch_embeddings.projection",
                prefix + "embeddings.position_embeddings",
                prefix + "encoder.layer.",
                "layernorm_before",
                "layernorm_after",
                "attention.projection_layer",
                "lambda_1",
                "lambda_2",
                "attention.");
        InternTower tower = InternTower.of(tensors, config.childOrEmpty("vision_config"), names);
        int width = tower.width();
        for (int layer = 0; layer < tower.layers(); layer++) {
            for (String part : List.of("q", "k", "v")) {
                String to = "v.blk." + layer + ".attn_" + part;
                String from = names.layers() + layer + ".attention." + part + "_proj";
                tensors.tensor(to + ".weight", from + ".weight", width, width);
                if (tower.biases()) {
                    tensors.tensor(to + ".bias", from + ".bias", width);
                }
            }
        }
        int outputs = text.decoder().width();
        String projector =
                tensors.prefixOf("linear_1.weight", "multi_modal_projector.", "model.multi_modal_projector.");
        tower.mapConnector(tensors, projector + "layer_norm", projector + "linear_1", projector + "linear_2", outputs);
        PlannedFile vision =
                tower.file(folder, name, tensors, outputs, folder.preprocessor(), "min_patches", "max_patches");
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    private static void requireSupported(HfConfig config) {
        if (config.integer("vision_feature_layer", -1024, 1024, -1) != -1) {
            throw config.fail("vision_feature_layer", "is not supported; it must be -1");
        }
        String strategy = "vision_feature_select_strategy";
        if (!config.string(strategy, "default").equals("default")) {
            throw config.fail(strategy, "is not supported; it must be default");
        }
        if (!config.string("projector_hidden_act", "gelu").equals("gelu")) {
            throw config.fail("projector_hidden_act", "is not supported; it must be gelu");
        }
        HfConfig vision = config.childOrEmpty("vision_config");
        if (!vision.bool("use_absolute_position_embeddings", true)) {
            throw vision.fail("use_absolute_position_embeddings", "is not supported; it must be true");
        }
        for (String key : List.of("use_mask_token", "use_mean_pooling", "layer_scale_init_value")) {
            vision.has(key); // of training, or of what nothing uses
        }
    }
}
