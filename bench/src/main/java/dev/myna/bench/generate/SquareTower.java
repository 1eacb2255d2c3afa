// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.generate;

import dev.myna.kernels.TensorType;
import dev.myna.loaders.gguf.GgufWriter;
import dev.myna.loaders.quantize.DecoderTypes;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A tower for square tiles and its connector, as Gemma 3, SmolVLM and InternVL3 have them (docs/spec/families.md).
 *
 * @param side of a block of patches that become one row
 * @param longestEdge that images are resized to in front of tiling, in pixels; for Idefics 3 alone
 */
record SquareTower(Connector connector, VisionShape shape, int side, int longestEdge) implements VisionFile {
    private static final VisionShape SIGLIP_SO400M = new VisionShape(896, 14, 27, 1152, 16, 4304);

    static final SquareTower GEMMA3 = new SquareTower(Connector.GEMMA3, SIGLIP_SO400M, 4, 0);
    static final SquareTower SMOLVLM_500M =
            new SquareTower(Connector.IDEFICS3, new VisionShape(512, 16, 12, 768, 12, 3072), 4, 2048);
    static final SquareTower SMOLVLM_2_2B =
            new SquareTower(Connector.IDEFICS3, new VisionShape(384, 14, 27, 1152, 16, 4304), 3, 1536);
    static final SquareTower INTERNVL3 =
            new SquareTower(Connector.INTERNVL, new VisionShape(448, 14, 24, 1024, 16, 4096), 2, 0);

    /** From rows of the tower to rows of the decoder. */
    enum Connector {
        GEMMA3("gemma3"),
        IDEFICS3("idefics3"),
        INTERNVL("internvl");

        private final String type;

        Connector(String type) {
            this.type = type;
        }
    }

    @Override
    public SquareTower withLayers(int count) {
        return new SquareTower(connector, shape.withLayers(count), side, longestEdge);
    }

    private boolean internVit() {
        return connector == Connector.INTERNVL;
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
        connector(plan, decoderWidth);
    }

    private void metadata(GgufWriter writer, int decoderWidth, TensorType type) {
        Pixels pixels = internVit() ? Pixels.IMAGENET : Pixels.HALF;
        VisionFile.metadata(writer, connector.type, shape, decoderWidth, type, pixels);
        writer.bool("clip.use_gelu", true);
        switch (connector) {
            case GEMMA3 -> {} // files of Gemma 3 do not say that blocks have a side of 4
            case IDEFICS3 ->
                writer.u32("clip.vision.projector.scale_factor", side)
                        .u32("clip.vision.preproc_image_size", longestEdge);
            case INTERNVL ->
                writer.u32("clip.vision.projector.scale_factor", side)
                        .u32("clip.vision.preproc_min_tiles", 1)
                        .u32("clip.vision.preproc_max_tiles", 12);
        }
    }

    private void tower(ModelPlan plan) {
        int width = shape.width();
        if (internVit()) {
            plan.bias("v.class_embd", width);
        }
        plan.patches("v.patch_embd.weight", shape);
        plan.bias("v.patch_embd.bias", width);
        plan.stack("v.position_embd.weight", TensorType.F32, width, shape.positions() - (internVit() ? 0 : 1));
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
            if (internVit()) {
                plan.bias(block + "ls1.weight", width);
                plan.bias(block + "ls2.weight", width);
            }
        }
        if (!internVit()) {
            plan.norm("v.post_ln", width);
        }
    }

    private void connector(ModelPlan plan, int decoderWidth) {
        int width = shape.width();
        int joined = width * side * side;
        switch (connector) {
            case GEMMA3 -> {
                plan.gain("mm.soft_emb_norm.weight", width);
                // Stored the other way round, unlike every other matrix, and never quantized.
                plan.stack("mm.input_projection.weight", TensorType.F16, decoderWidth, width);
            }
            case IDEFICS3 -> plan.matrix("mm.model.fc.weight", joined, decoderWidth);
            case INTERNVL -> {
                plan.norm("mm.model.mlp.0", joined);
                plan.linear("mm.model.mlp.1", joined, decoderWidth);
                plan.linear("mm.model.mlp.3", decoderWidth, decoderWidth);
            }
        }
    }
}
