// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;

/** Qwen3-VL, the dense models: a table of positions, and rows of some layers of the tower for the decoder's first layers. */
final class Qwen3Vl implements PublishedFamily {
    private static final String DEEP = "deepstack_visual_indexes";

    @Override
    public String title() {
        return "Qwen3-VL";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen3_vl");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        HfConfig config = folder.config().childOrEmpty("vision_config");
        TensorMapping tensors = new TensorMapping(folder);
        String prefix = QwenTower.prefix(tensors);
        int blocks = QwenTower.blocks(tensors, config, prefix);
        boolean[] deep = deep(config, blocks);
        int depth = config.list(DEEP).size();
        TextPart text = QwenTower.text(
                folder, name, DecoderArchitecture.QWEN3VL, writer -> writer.u32("qwen3vl.n_deepstack_layers", depth));
        int outputs = text.decoder().width();
        QwenTower.requireActivation(config, "gelu_pytorch_tanh");
        int width = QwenTower.width(tensors, prefix);
        config.requireEqual("hidden_size", width, "the width of the tower");
        config.requireEqual("out_hidden_size", outputs, "the width of the decoder");
        int patchSize = QwenTower.mapPatches(tensors, config, prefix);
        tensors.tensor("v.patch_embd.bias", prefix + "patch_embed.proj.bias", width);
        int positions = tensors.dimension(prefix + "pos_embed.weight", 0, 2);
        config.requireEqual("num_position_embeddings", positions, "the rows of the table of positions");
        int side = SiglipTower.side(tensors, prefix + "pos_embed.weight", positions);
        tensors.tensor("v.position_embd.weight", prefix + "pos_embed.weight", positions, width);
        int feedForward = tensors.dimension(prefix + "blocks.0.mlp.linear_fc1.weight", 0, 2);
        config.requireEqual("intermediate_size", feedForward, "the rows of the mlp tensors");
        for (int i = 0; i < blocks; i++) {
            String to = "v.blk." + i + ".";
            String from = prefix + "blocks." + i + ".";
            tensors.biased(to + "ln1", from + "norm1", width);
            tensors.biased(to + "ln2", from + "norm2", width);
            QwenTower.mapAttention(tensors, to, from, width, false);
            tensors.biased(to + "ffn_up", from + "mlp.linear_fc1", feedForward, width);
            tensors.biased(to + "ffn_down", from + "mlp.linear_fc2", width, feedForward);
        }
        tensors.biased("v.post_ln", prefix + "merger.norm", width);
        QwenTower.mapMerger(tensors, prefix + "merger.linear_fc1", prefix + "merger.linear_fc2", width, outputs);
        int merged = QwenTower.merged(width);
        for (int i = 0; i < depth; i++) {
            String to = "v.deepstack." + config.list(DEEP).get(i) + ".";
            String from = prefix + "deepstack_merger_list." + i + ".";
            tensors.biased(to + "norm", from + "norm", merged);
            tensors.biased(to + "fc1", from + "linear_fc1", merged, merged);
            tensors.biased(to + "fc2", from + "linear_fc2", outputs, merged);
        }
        PlannedFile vision = new VisionPart(
                        "qwen3vl_merger",
                        outputs,
                        side * patchSize,
                        patchSize,
                        width,
                        feedForward,
                        blocks,
                        VisionPart.heads(config, "num_heads", 16, width),
                        QwenTower.EPSILON)
                .file(
                        name,
                        QwenTower.preprocessor(folder),
                        VisionPart.halves(),
                        VisionPart.halves(),
                        tensors,
                        writer -> writer.bool("clip.use_gelu", true)
                                .u32("clip.vision.spatial_merge_size", 2)
                                .bools("clip.vision.is_deepstack_layers", deep));
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    /** Which layers have a merger of their own. */
    private static boolean[] deep(HfConfig config, int blocks) {
        boolean[] deep = new boolean[blocks];
        int last = -1;
        for (Object index : config.list(DEEP)) {
            if (!(index instanceof Integer block) || block <= last || block >= blocks) {
                throw config.fail(DEEP, "must list some of the " + blocks + " layers of the tower in order");
            }
            deep[block] = true;
            last = block;
        }
        return deep;
    }
}
