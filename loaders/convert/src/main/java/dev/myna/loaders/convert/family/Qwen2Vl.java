// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;

/** Qwen2-VL: LayerNorms and a feed-forward network of two matrices in the tower. */
final class Qwen2Vl implements PublishedFamily {
    @Override
    public String title() {
        return "Qwen2-VL";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen2_vl");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        TextPart text = QwenTower.text(folder, name, DecoderArchitecture.QWEN2VL, _ -> {});
        HfConfig config = folder.config().childOrEmpty("vision_config");
        TensorMapping tensors = new TensorMapping(folder);
        String prefix = QwenTower.prefix(tensors);
        QwenTower.requireActivation(config, "quick_gelu");
        int width = QwenTower.width(tensors, prefix);
        config.requireEqual("embed_dim", width, "the width of the tower");
        config.requireEqual("hidden_size", text.decoder().width(), "the width of the decoder");
        int patchSize = QwenTower.mapPatches(tensors, config, prefix);
        int blocks = QwenTower.blocks(tensors, config, prefix);
        int feedForward = tensors.dimension(prefix + "blocks.0.mlp.fc1.weight", 0, 2);
        config.number("mlp_ratio", 0f); // follows from the matrices
        config.requireEqual("spatial_patch_size", patchSize, "the side of a patch");
        for (int i = 0; i < blocks; i++) {
            String to = "v.blk." + i + ".";
            String from = prefix + "blocks." + i + ".";
            tensors.biased(to + "ln1", from + "norm1", width);
            tensors.biased(to + "ln2", from + "norm2", width);
            QwenTower.mapAttention(tensors, to, from, width, true);
            tensors.biased(to + "ffn_up", from + "mlp.fc1", feedForward, width);
            tensors.biased(to + "ffn_down", from + "mlp.fc2", width, feedForward);
        }
        tensors.biased("v.post_ln", prefix + "merger.ln_q", width);
        QwenTower.mapMerger(
                tensors,
                prefix + "merger.mlp.0",
                prefix + "merger.mlp.2",
                width,
                text.decoder().width());
        PlannedFile vision = new VisionPart(
                        "qwen2vl_merger",
                        text.decoder().width(),
                        QwenTower.IMAGE_SIZE,
                        patchSize,
                        width,
                        feedForward,
                        blocks,
                        VisionPart.heads(config, "num_heads", 16, width),
                        QwenTower.EPSILON)
                .file(name, QwenTower.preprocessor(folder), QwenTower.CLIP_MEAN, QwenTower.CLIP_STD, tensors, _ -> {});
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }
}
