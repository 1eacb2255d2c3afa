// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;

/** InternVL3 as OpenGVLab publishes it: queries, keys and values of the tower are one matrix. */
final class InternVl implements PublishedFamily {
    private static final String TOWER = "vision_model.";
    private static final InternTower.Names NAMES = new InternTower.Names(
            TOWER + "embeddings.class_embedding",
            TOWER + "embeddings.patch_embedding",
            TOWER + "embeddings.position_embedding",
            TOWER + "encoder.layers.",
            "norm1",
            "norm2",
            "attn.proj",
            "ls1",
            "ls2",
            "attn.");

    @Override
    public String title() {
        return "InternVL3";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("internvl_chat");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        HfConfig config = folder.config();
        TextPart text = InternTower.text(folder, name, config.childOrEmpty("llm_config"));
        TensorMapping tensors = new TensorMapping(folder);
        requireSupported(config);
        InternTower tower = InternTower.of(tensors, config.childOrEmpty("vision_config"), NAMES);
        config.requireEqual("force_image_size", tower.imageSize(), "the side of a tile");
        List<String> parts = List.of("q", "k", "v");
        int width = tower.width();
        for (int layer = 0; layer < tower.layers(); layer++) {
            String qkv = NAMES.layers() + layer + ".attn.qkv";
            for (int i = 0; i < parts.size(); i++) {
                String to = "v.blk." + layer + ".attn_" + parts.get(i);
                tensors.part(to + ".weight", qkv + ".weight", i, parts.size(), 3L * width, width);
                if (tower.biases()) {
                    tensors.part(to + ".bias", qkv + ".bias", i, parts.size(), 3L * width);
                }
            }
        }
        int outputs = text.decoder().width();
        tower.mapConnector(tensors, "mlp1.0", "mlp1.1", "mlp1.3", outputs);
        PlannedFile vision =
                tower.file(folder, name, tensors, outputs, config, "min_dynamic_patch", "max_dynamic_patch");
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    private static void requireSupported(HfConfig config) {
        if (config.integer("select_layer", -1024, 1024, -1) != -1) {
            throw config.fail("select_layer", "is not supported; it must be -1");
        }
        if (!config.string("ps_version", "v2").equals("v2")) {
            throw config.fail("ps_version", "is not supported; it must be v2");
        }
        for (String key : List.of("dynamic_image_size", "use_thumbnail")) {
            if (!config.bool(key, true)) {
                throw config.fail(key, "is not supported: images are always cut into tiles, with an overview");
            }
        }
        for (String key : List.of("use_backbone_lora", "use_llm_lora")) {
            config.requireEqual(key, 0, "because adapters are not supported");
        }
        for (String key : List.of("template", "pad2square")) {
            config.has(key); // of the published program
        }
    }
}
