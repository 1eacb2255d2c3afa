// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.family;

import dev.myna.loaders.convert.config.CheckpointFolder;
import dev.myna.loaders.convert.config.DecoderArchitecture;
import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.ConversionPlan;
import dev.myna.loaders.convert.plan.PlannedFile;
import dev.myna.loaders.convert.plan.TensorMapping;
import java.util.List;

/** Qwen2.5-VL: RMS norms, gated networks and attention in windows in the tower. */
final class Qwen25Vl implements PublishedFamily {
    /** The side of a window in pixels that files leave out. */
    private static final int WINDOW = 112;

    @Override
    public String title() {
        return "Qwen2.5-VL";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("qwen2_5_vl");
    }

    @Override
    public ConversionPlan plan(CheckpointFolder folder, String name) {
        TextPart text = QwenTower.text(folder, name, DecoderArchitecture.QWEN2VL, _ -> {});
        HfConfig config = folder.config().childOrEmpty("vision_config");
        TensorMapping tensors = new TensorMapping(folder);
        String prefix = QwenTower.prefix(tensors);
        QwenTower.requireActivation(config, "silu");
        int width = QwenTower.width(tensors, prefix);
        config.requireEqual("hidden_size", width, "the width of the tower");
        config.requireEqual("out_hidden_size", text.decoder().width(), "the width of the decoder");
        config.has("tokens_per_second"); // of videos
        int patchSize = QwenTower.mapPatches(tensors, config, prefix);
        config.requireEqual("spatial_patch_size", patchSize, "the side of a patch");
        int blocks = QwenTower.blocks(tensors, config, prefix);
        int feedForward = tensors.dimension(prefix + "blocks.0.mlp.gate_proj.weight", 0, 2);
        config.requireEqual("intermediate_size", feedForward, "the rows of the mlp tensors");
        for (int i = 0; i < blocks; i++) {
            String to = "v.blk." + i + ".";
            String from = prefix + "blocks." + i + ".";
            tensors.tensor(to + "ln1.weight", from + "norm1.weight", width);
            tensors.tensor(to + "ln2.weight", from + "norm2.weight", width);
            QwenTower.mapAttention(tensors, to, from, width, true);
            tensors.biased(to + "ffn_gate", from + "mlp.gate_proj", feedForward, width);
            tensors.biased(to + "ffn_up", from + "mlp.up_proj", feedForward, width);
            tensors.biased(to + "ffn_down", from + "mlp.down_proj", width, feedForward);
        }
        tensors.tensor("v.post_ln.weight", prefix + "merger.ln_q.weight", width);
        QwenTower.mapMerger(
                tensors,
                prefix + "merger.mlp.0",
                prefix + "merger.mlp.2",
                width,
                text.decoder().width());
        int period = period(config, blocks);
        int window = config.integer("window_size", 1, 1 << 16, WINDOW);
        PlannedFile vision = new VisionPart(
                        "qwen2.5vl_merger",
                        text.decoder().width(),
                        QwenTower.IMAGE_SIZE,
                        patchSize,
                        width,
                        feedForward,
                        blocks,
                        VisionPart.heads(config, "num_heads", 16, width),
                        QwenTower.EPSILON)
                .file(
                        name,
                        QwenTower.preprocessor(folder),
                        QwenTower.CLIP_MEAN,
                        QwenTower.CLIP_STD,
                        tensors,
                        writer -> {
                            writer.bool("clip.use_silu", true).u32("clip.vision.n_wa_pattern", period);
                            if (window != WINDOW) {
                                writer.u32("clip.vision.window_size", window);
                            }
                        });
        return ConversionPlan.of(List.of(folder), List.of(text.file(), vision), List.of(text.tensors(), tensors));
    }

    /** Every how many layers one attends to the whole image: the file can say only that. */
    private static int period(HfConfig config, int blocks) {
        String key = "fullatt_block_indexes";
        List<Object> full = config.has(key) ? config.list(key) : List.of(7, 15, 23, 31);
        int period = !full.isEmpty() && full.getFirst() instanceof Integer first && first >= 0 && first < blocks
                ? first + 1
                : 0;
        if (period == 0 || full.size() != blocks / period) {
            throw config.fail(key, "is not supported: every n-th of the " + blocks + " layers must be listed");
        }
        for (int i = 0; i < full.size(); i++) {
            if (!full.get(i).equals((i + 1) * period - 1)) {
                throw config.fail(key, "is not supported: every n-th of the " + blocks + " layers must be listed");
            }
        }
        return period;
    }
}
