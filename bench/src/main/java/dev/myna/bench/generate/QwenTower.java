// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.DecoderTypes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** A Qwen tower for images of any size, and its merger (docs/spec/families.md). */
record QwenTower(Version version, VisionShape shape) implements VisionFile {
    /** Patches that become one row. */
    private static final int MERGED = 4;

    static final QwenTower QWEN25_VL = new QwenTower(Version.QWEN25_VL, new VisionShape(560, 14, 32, 1280, 16, 3420));
    static final QwenTower QWEN3_VL_4B = new QwenTower(Version.QWEN3_VL, new VisionShape(768, 16, 24, 1024, 16, 4096));

    enum Version {
        /** RMS norms, a gated feed-forward block, windows. */
        QWEN25_VL("qwen2.5vl_merger"),
        /** Layer norms, a table of positions, rows for the first layers of the decoder. */
        QWEN3_VL("qwen3vl_merger");

        private final String type;

        Version(String type) {
            this.type = type;
        }
    }

    @Override
    public QwenTower withLayers(int count) {
        return new QwenTower(version, shape.withLayers(count));
    }

    @Override
    public void write(Path path, int decoderWidth, TensorType type, long seed) throws IOException {
        try (GgufWriter writer = new GgufWriter(path)) {
            metadata(writer, decoderWidth, type);
            ModelPlan plan = new ModelPlan(writer, (tensor, width) -> DecoderTypes.fitting(type, width));
            tensors(plan, decoderWidth, type);
            plan.finish(new WeightPool(seed));
        }
    }

    @Override
    public void tensors(ModelPlan plan, int decoderWidth, TensorType type) {
        tower(plan);
        merger(plan, decoderWidth);
    }

    private void metadata(GgufWriter writer, int decoderWidth, TensorType type) {
        boolean third = version == Version.QWEN3_VL;
        VisionFile.metadata(writer, version.type, shape, decoderWidth, type, third ? Pixels.HALF : Pixels.CLIP);
        if (third) {
            boolean[] deepstack = new boolean[shape.layers()];
            for (int layer : deepstack()) {
                deepstack[layer] = true;
            }
            writer.bool("clip.use_gelu", true)
                    .u32("clip.vision.spatial_merge_size", 2)
                    .bools("clip.vision.is_deepstack_layers", deepstack);
        } else {
            writer.bool("clip.use_silu", true).u32("clip.vision.n_wa_pattern", 8);
        }
    }

    /** The three layers whose rows go to the first layers of the decoder: 5, 11 and 17 of 24. */
    private int[] deepstack() {
        return IntStream.rangeClosed(1, TextShape.DEEPSTACK)
                .map(part -> part * shape.layers() / (TextShape.DEEPSTACK + 1) - 1)
                .toArray();
    }

    private void tower(ModelPlan plan) {
        int width = shape.width();
        boolean third = version == Version.QWEN3_VL;
        plan.patches("v.patch_embd.weight", shape);
        plan.patches("v.patch_embd.weight.1", shape);
        if (third) {
            plan.bias("v.patch_embd.bias", width);
            plan.stack("v.position_embd.weight", TensorType.F32, width, shape.positions() - 1);
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "v.blk." + layer + ".";
            norm(plan, block + "ln1");
            if (third) {
                plan.linear(block + "attn_qkv", width, 3L * width);
            } else {
                plan.linear(block + "attn_q", width, width);
                plan.linear(block + "attn_k", width, width);
                plan.linear(block + "attn_v", width, width);
            }
            plan.linear(block + "attn_out", width, width);
            norm(plan, block + "ln2");
            if (!third) {
                plan.linear(block + "ffn_gate", width, shape.feedForward());
            }
            plan.linear(block + "ffn_up", width, shape.feedForward());
            plan.linear(block + "ffn_down", shape.feedForward(), width);
        }
    }

    private void norm(ModelPlan plan, String name) {
        if (version == Version.QWEN3_VL) {
            plan.norm(name, shape.width());
        } else {
            plan.gain(name + ".weight", shape.width());
        }
    }

    private void merger(ModelPlan plan, int decoderWidth) {
        int joined = MERGED * shape.width();
        norm(plan, "v.post_ln");
        plan.linear("mm.0", joined, joined);
        plan.linear("mm.2", joined, decoderWidth);
        if (version == Version.QWEN3_VL) {
            for (int layer : deepstack()) {
                String part = "v.deepstack." + layer + ".";
                plan.norm(part + "norm", joined);
                plan.linear(part + "fc1", joined, joined);
                plan.linear(part + "fc2", joined, decoderWidth);
            }
        }
    }
}
