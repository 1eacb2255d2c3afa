// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.bench.generate.Preset.Mixture;
import dev.myna.bench.generate.Preset.Projector;
import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Writes a CLIP tower and projector of random weights in the new layout (docs/spec/models.md 8.3). */
final class VisionModelWriter {
    private static final int CHANNELS = 3;
    private static final float[] MEAN = {0.48145466f, 0.4578275f, 0.40821073f};
    private static final float[] DEVIATION = {0.26862954f, 0.26130258f, 0.27577711f};

    /** Pangea's canvases in its order, in tiles: width, height. */
    private static final int[] CANVASES = {1, 2, 2, 1, 2, 2, 3, 1, 1, 3};

    /** What Parrot was trained with. */
    private static final float RESIDUAL_SCALE = 0.1f;

    private VisionModelWriter() {}

    /**
     * Writes {@code path}; the same arguments give the same bytes.
     *
     * @param decoderWidth width of the rows the projector makes
     */
    static void write(Path path, VisionShape shape, Projector projector, int decoderWidth, TensorType type, long seed)
            throws IOException {
        write(path, shape, projector, Mixture.PARROT, decoderWidth, type, seed);
    }

    /** The same with experts of another size. */
    static void write(
            Path path,
            VisionShape shape,
            Projector projector,
            Mixture mixture,
            int decoderWidth,
            TensorType type,
            long seed)
            throws IOException {
        try (GgufWriter writer = new GgufWriter(path)) {
            metadata(writer, shape, projector, type);
            switch (projector) {
                case MLP, LDP ->
                    writer.string("clip.vision.feature_select", "patch")
                            .string("clip.vision.image_aspect_ratio", "pad");
                case MLP_ANYRES -> anyResolution(writer, shape);
                case MLP_MOE_TEXT -> experts(writer, mixture, decoderWidth);
            }
            ModelPlan plan = new ModelPlan(writer, (tensor, width) -> type);
            tensors(plan, shape, projector, mixture, decoderWidth, type);
            plan.finish(new WeightPool(seed));
        }
    }

    /** Declares all tensors. */
    static void tensors(
            ModelPlan plan,
            VisionShape shape,
            Projector projector,
            Mixture mixture,
            int decoderWidth,
            TensorType type) {
        tower(plan, shape);
        switch (projector) {
            case MLP -> mlp(plan, shape.width(), decoderWidth);
            case MLP_ANYRES -> {
                mlp(plan, shape.width(), decoderWidth);
                plan.bias("model.image_newline", decoderWidth);
            }
            case MLP_MOE_TEXT -> {
                mlp(plan, shape.width(), decoderWidth);
                experts(plan, mixture, decoderWidth, type);
            }
            case LDP -> ldp(plan, shape.width(), decoderWidth);
        }
    }

    private static void metadata(GgufWriter writer, VisionShape shape, Projector projector, TensorType type) {
        writer.string("general.architecture", "clip")
                .string("general.type", "mmproj")
                .string("general.name", "random CLIP")
                .u32("general.file_type", new GeneratedFileType.Uniform(type).id())
                .bool("clip.has_vision_encoder", true)
                .bool("clip.has_audio_encoder", false)
                .string("clip.projector_type", projector.type())
                .bool("clip.use_gelu", false)
                .bool("clip.use_silu", false)
                .string("clip.projector.gelu", "erf")
                .u32("clip.vision.image_size", shape.imageSize())
                .u32("clip.vision.patch_size", shape.patch())
                .u32("clip.vision.embedding_length", shape.width())
                .u32("clip.vision.feed_forward_length", shape.feedForward())
                .u32("clip.vision.projection_dim", 768)
                .u32("clip.vision.block_count", shape.layers())
                .u32("clip.vision.attention.head_count", shape.heads())
                .f32("clip.vision.attention.layer_norm_epsilon", 1e-5f)
                .integers("clip.vision.feature_layer", shape.layers())
                .floats("clip.vision.image_mean", MEAN)
                .floats("clip.vision.image_std", DEVIATION);
    }

    private static void anyResolution(GgufWriter writer, VisionShape shape) {
        int side = shape.imageSize();
        writer.string("clip.vision.feature_select", "patch")
                .string("clip.vision.image_aspect_ratio", "anyres")
                .string("clip.vision.mm_patch_merge_type", "spatial_unpad")
                .u32("clip.vision.image_crop_resolution", side)
                .integers(
                        "clip.vision.image_grid_pinpoints",
                        Arrays.stream(CANVASES).map(tiles -> tiles * side).toArray());
    }

    private static void experts(GgufWriter writer, Mixture mixture, int width) {
        writer.string("clip.vision.feature_select", "cls_patch")
                .string("clip.vision.image_aspect_ratio", "pad")
                .u32("clip.moe.expert_count", mixture.experts())
                .u32("clip.moe.embedding_length", width)
                .u32("clip.moe.expert_feed_forward_length", mixture.inner())
                .bool("clip.moe.residual", true)
                .f32("clip.moe.residual_scale", RESIDUAL_SCALE)
                .bool("clip.moe.enabled", true)
                .string("clip.moe.query", "cls")
                .string("clip.moe.routing", "softmax_dense");
    }

    /** Experts are never smaller than Q8_0: they run once per image and touch every row (docs/spec/models.md 8.4). */
    private static void experts(ModelPlan plan, Mixture mixture, int width, TensorType type) {
        long block = 256;
        TensorType expert = type.bytes(block) < TensorType.Q8_0.bytes(block) ? TensorType.Q8_0 : type;
        plan.stack("mm.moe.gate.weight", TensorType.F32, width, mixture.experts());
        plan.stack("mm.moe.ffn_gate_exps.weight", expert, width, mixture.inner(), mixture.experts());
        plan.stack("mm.moe.ffn_up_exps.weight", expert, width, mixture.inner(), mixture.experts());
        plan.stack("mm.moe.ffn_down_exps.weight", expert, mixture.inner(), width, mixture.experts());
    }

    private static void mlp(ModelPlan plan, int width, int decoderWidth) {
        plan.linear("mm.0", width, decoderWidth);
        plan.linear("mm.2", decoderWidth, decoderWidth);
    }

    private static void tower(ModelPlan plan, VisionShape shape) {
        int width = shape.width();
        int patch = shape.patch();
        plan.bias("v.class_embd", width);
        plan.table("v.patch_embd.weight", 1 / Math.sqrt(CHANNELS * patch * patch), patch, patch, CHANNELS, width);
        plan.table("v.position_embd.weight", 0.02, width, shape.positions());
        plan.norm("v.pre_ln", width);
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "v.blk." + layer + ".";
            plan.norm(block + "ln1", width);
            plan.linear(block + "attn_q", width, width);
            plan.linear(block + "attn_k", width, width);
            plan.linear(block + "attn_v", width, width);
            plan.linear(block + "attn_out", width, width);
            plan.norm(block + "ln2", width);
            plan.linear(block + "ffn_up", width, shape.feedForward());
            plan.linear(block + "ffn_down", shape.feedForward(), width);
        }
    }

    private static void ldp(ModelPlan plan, int width, int h) {
        plan.linear("mm.model.mlp.1", width, h);
        plan.linear("mm.model.mlp.3", h, h);
        for (int i = 1; i <= 2; i++) {
            String block = "mm.model.mb_block." + i + ".block.";
            plan.table(block + "0.0.weight", 1 / 3.0, 3, 3, h);
            plan.norm(block + "0.1", h);
            plan.linear(block + "1.fc1", h, h / 4);
            plan.linear(block + "1.fc2", h / 4, h);
            plan.matrix(block + "2.0.weight", h, h);
            plan.norm(block + "2.1", h);
        }
    }
}
