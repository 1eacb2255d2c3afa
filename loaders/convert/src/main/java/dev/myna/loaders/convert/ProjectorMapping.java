// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.convert.config.HfConfig;
import dev.myna.loaders.convert.plan.TensorMapping;
import dev.myna.loaders.gguf.GgufWriter;

/**
 * The projector between tower and decoder, as tensors of a vision file (docs/spec/models.md 3, 7 and 8.3). The constructors
 * map the tensors.
 */
sealed interface ProjectorMapping {

    /** {@code clip.projector_type}. */
    String type();

    /** Writes the keys that describe it beyond its type. */
    default void writeTo(GgufWriter writer) {}

    /**
     * The projector that {@code mm_projector_type} names, under {@code model.mm_projector.}
     *
     * @param visionWidth width of the tower
     * @param width width of the decoder
     */
    static ProjectorMapping named(HfConfig config, TensorMapping tensors, int visionWidth, int width) {
        String key = "mm_projector_type";
        return switch (config.string(key)) {
            case "mlp2x_gelu" ->
                TwoLayers.of(tensors, "model.mm_projector.0", "model.mm_projector.2", visionWidth, width);
            case "ldpnet" -> Ldp.of(tensors, visionWidth, width);
            case "ldpnetv2" -> LdpV2.of(tensors, visionWidth, width);
            default -> throw config.fail(key, "is not supported; it must be mlp2x_gelu, ldpnet or ldpnetv2");
        };
    }

    /** Two matrices with a GELU between them (docs/spec/models.md 3.1). */
    record TwoLayers() implements ProjectorMapping {
        /**
         * @param first name of the first matrix without {@code .weight}
         * @param second name of the second
         */
        static TwoLayers of(TensorMapping tensors, String first, String second, int visionWidth, int width) {
            tensors.biased("mm.0", first, width, visionWidth);
            tensors.biased("mm.2", second, width, width);
            return new TwoLayers();
        }

        @Override
        public String type() {
            return "mlp";
        }
    }

    /** LDP of MobileVLM and MobilePALO, which halves the grid (docs/spec/models.md 3.2). */
    record Ldp() implements ProjectorMapping {
        private static final int KERNEL = 3;

        static Ldp of(TensorMapping tensors, int visionWidth, int width) {
            String from = "model.mm_projector.model.";
            tensors.biased("mm.model.mlp.1", from + "mlp.1", width, visionWidth);
            tensors.biased("mm.model.mlp.3", from + "mlp.3", width, width);
            for (int block = 1; block <= 2; block++) {
                String name = "mb_block." + block + ".block.";
                String to = "mm.model." + name;
                int narrow = tensors.dimension(from + name + "1.fc1.weight", 0, 4);
                depthwise(tensors, to + "0.0.weight", from + name + "0.0.weight", width);
                tensors.biased(to + "0.1", from + name + "0.1", width);
                pointwise(tensors, to + "1.fc1.weight", from + name + "1.fc1.weight", narrow, width);
                tensors.tensor(to + "1.fc1.bias", from + name + "1.fc1.bias", narrow);
                pointwise(tensors, to + "1.fc2.weight", from + name + "1.fc2.weight", width, narrow);
                tensors.tensor(to + "1.fc2.bias", from + name + "1.fc2.bias", width);
                pointwise(tensors, to + "2.0.weight", from + name + "2.0.weight", width, width);
                tensors.biased(to + "2.1", from + name + "2.1", width);
            }
            return new Ldp();
        }

        /** A 3x3 kernel for each channel. */
        static void depthwise(TensorMapping tensors, String to, String from, int width) {
            tensors.reshaped(to, from, new long[] {width, 1, KERNEL, KERNEL}, KERNEL, KERNEL, width);
        }

        /** A 1x1 convolution is a matrix. */
        private static void pointwise(TensorMapping tensors, String to, String from, int outputs, int inputs) {
            tensors.reshaped(to, from, new long[] {outputs, inputs, 1, 1}, inputs, outputs);
        }

        @Override
        public String type() {
            return "ldp";
        }
    }

    /** LDPv2 of MobileVLM V2 (docs/spec/models.md 3.3). */
    record LdpV2() implements ProjectorMapping {
        static LdpV2 of(TensorMapping tensors, int visionWidth, int width) {
            String from = "model.mm_projector.";
            tensors.biased("mm.model.mlp.0", from + "mlp.mlp.0", width, visionWidth);
            tensors.biased("mm.model.mlp.2", from + "mlp.mlp.2", width, width);
            Ldp.depthwise(tensors, "mm.model.peg.0.weight", from + "peg.peg.0.weight", width);
            tensors.tensor("mm.model.peg.0.bias", from + "peg.peg.0.bias", width);
            return new LdpV2();
        }

        @Override
        public String type() {
            return "ldpv2";
        }
    }

    /**
     * The projector of Parrot: two layers, then experts guided by the text (docs/spec/models.md 3.4 and 8.4).
     *
     * @param residual whether the layers' output is added to that of the experts, times {@code residualScale}
     * @param enabled whether the experts are used at all
     */
    record TextGuidedExperts(
            int experts, int width, int feedForward, boolean residual, float residualScale, boolean enabled)
            implements ProjectorMapping {
        private static final int MAX_EXPERTS = 1 << 10;

        static TextGuidedExperts of(HfConfig config, TensorMapping tensors, int visionWidth, int width) {
            TwoLayers.of(tensors, "model.mm_projector.0", "model.mm_projector.2", visionWidth, width);
            String from = "model.moe_model.";
            int experts = config.integer(
                    "num_experts", 1, MAX_EXPERTS, tensors.count(from + "experts.", ".gate_proj.weight"));
            int feedForward = tensors.dimension(from + "experts.0.gate_proj.weight", 0, 2);
            config.requireEqual("moe_hidden_size", width, "the width of the decoder");
            config.requireEqual("moe_intermediate_size", feedForward, "the rows of the experts' tensors");
            tensors.tensor("mm.moe.gate.weight", from + "gate.weight", experts, width);
            stack(tensors, "gate", experts, feedForward, width);
            stack(tensors, "up", experts, feedForward, width);
            stack(tensors, "down", experts, width, feedForward);
            return new TextGuidedExperts(
                    experts,
                    width,
                    feedForward,
                    config.bool("use_moe_residual", true),
                    config.number("moe_weight", 1f), // default of the published module
                    config.bool("use_moe", true));
        }

        private static void stack(TensorMapping tensors, String part, int experts, long outputs, long inputs) {
            tensors.stacked(
                    "mm.moe.ffn_" + part + "_exps.weight",
                    "model.moe_model.experts.",
                    experts,
                    "." + part + "_proj.weight",
                    outputs,
                    inputs);
        }

        @Override
        public String type() {
            return "mlp_moe_text";
        }

        @Override
        public void writeTo(GgufWriter writer) {
            writer.u32("clip.moe.expert_count", experts)
                    .u32("clip.moe.embedding_length", width)
                    .u32("clip.moe.expert_feed_forward_length", feedForward)
                    .bool("clip.moe.residual", residual)
                    .f32("clip.moe.residual_scale", residualScale)
                    .bool("clip.moe.enabled", enabled)
                    .string("clip.moe.query", "cls")
                    .string("clip.moe.routing", "softmax_dense");
        }
    }
}
