// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import java.util.LinkedHashMap;
import java.util.Map;

/** Small random decoders of the text families, in the layout of published files, and what follows a prompt. */
enum TextVariants {
    LLAMA(243, 140, 184, 134, 119, 100, 21, 37, 140, 113, 50, 218),
    LLAMA_YARN(243, 242, 176, 50, 190, 44, 113, 83, 33, 177, 12, 243),
    LLAMA_LINEAR(243, 100, 86, 211, 50, 150, 86, 243, 243, 243, 243, 22),
    SMOLLM3(155, 155, 102, 119, 51, 155, 64, 102, 25, 38, 250, 245),
    GRANITE(20, 130, 113, 50, 171, 190, 139, 20, 21, 68, 139, 212),
    PHI3(204, 119, 9, 254, 245, 20, 64, 221, 119, 82, 222, 41),
    PHI3_LONG(204, 119, 17, 27, 134, 243, 182, 85, 184, 27, 134, 16),
    /** The same file in a context beyond the one it was trained for at first. */
    PHI3_LARGE_CONTEXT(204, 156, 33, 16, 87, 16, 131, 61, 254, 182, 218, 63),
    /** As Phi-4-mini: a tied output, and three quarters of a head that turn. */
    PHI4_MINI(102, 48, 48, 223, 83, 252, 264, 38, 83, 223, 67, 87),
    PHI4_MINI_LARGE_CONTEXT(148, 223, 251, 103, 122, 66, 76, 226, 196, 228, 103, 258),
    /** Windows in every second layer, and scores whose bound is felt. */
    GEMMA2(78, 78, 78, 78, 78, 78, 78, 78, 78, 78, 78, 78),
    MINISTRAL3(243, 243, 243, 243, 16, 199, 210, 154, 50, 136, 67, 113),
    MINISTRAL3_LOG(243, 16, 175, 190, 233, 202, 207, 130, 113, 152, 54, 73),
    GEMMA3(78, 78, 78, 78, 78, 78, 78, 78, 78, 78, 78, 78),
    COHERE2(38, 78, 122, 149, 5, 65, 258, 65, 155, 266, 122, 252),
    COMMAND_R(126, 258, 122, 184, 149, 253, 51, 98, 200, 43, 169, 230),
    QWEN3(186, 199, 152, 134, 202, 86, 177, 131, 254, 32, 247, 247);

    static final int[] PROMPT = {
        1, 70, 90, 101, 260, 261, 80, 81, 5, 100, 101, 102, 103, 200, 201, 202, 203, 204, 77, 78
    };

    private static final int WIDTH = TinyModel.WIDTH;
    private static final int FEED_FORWARD = 48;
    private static final int LAYERS = 4;

    /** Tokens that follow {@link #PROMPT}; those of llama.cpp (of node-llama-cpp 3.22.1) with an F32 cache. */
    private final int[] greedy;

    TextVariants(int... greedy) {
        this.greedy = greedy;
    }

    int[] greedy() {
        return greedy.clone();
    }

    /** Positions of the context in which the tokens follow. */
    int contextSize() {
        return switch (this) {
            case PHI3_LARGE_CONTEXT, PHI4_MINI_LARGE_CONTEXT -> 512;
            default -> 64;
        };
    }

    TinyModel model() {
        return switch (this) {
            case LLAMA -> base("llama");
            case LLAMA_YARN ->
                base("llama")
                        .with("llama.rope.scaling.type", "yarn")
                        .with("llama.rope.scaling.factor", 4f)
                        .with("llama.rope.scaling.original_context_length", 64);
            case LLAMA_LINEAR ->
                base("llama").with("llama.rope.scaling.type", "linear").with("llama.rope.scaling.factor", 4f);
            case SMOLLM3 -> base("smollm3").without("output.weight");
            case GRANITE ->
                base("granite")
                        .with("granite.embedding_scale", 3f)
                        .with("granite.residual_scale", 0.6f)
                        .with("granite.attention.scale", 0.2f)
                        .with("granite.logit_scale", 2f);
            case PHI3 -> fused(base("phi3"));
            case PHI3_LONG, PHI3_LARGE_CONTEXT ->
                longRope()
                        .tensor("rope_factors_short.weight", 1, 1.1f, 1.3f, 1.7f)
                        .tensor("rope_factors_long.weight", 1, 2, 4, 8);
            case PHI4_MINI, PHI4_MINI_LARGE_CONTEXT ->
                longRope()
                        .with("phi3.rope.dimension_count", 6)
                        .without("output.weight")
                        .tensor("rope_factors_short.weight", 1, 1.2f, 1.5f)
                        .tensor("rope_factors_long.weight", 1.1f, 3, 7);
            case GEMMA2 ->
                sandwich(base("gemma2"))
                        .with("gemma2.attention.sliding_window", 7)
                        .with("gemma2.attention.key_length", 8)
                        .with("gemma2.attention.value_length", 8)
                        .with("gemma2.attn_logit_softcapping", 0.5f)
                        .with("gemma2.final_logit_softcapping", 3f)
                        .without("output.weight");
            case MINISTRAL3 -> ministral();
            case MINISTRAL3_LOG -> ministral().with("mistral3.rope.scaling.yarn_log_multiplier", 1f);
            case GEMMA3 -> gemma();
            case COHERE2 ->
                cohere("cohere2")
                        .with("cohere2.attention.sliding_window", 7)
                        .with("cohere2.attention.sliding_window_pattern", 4);
            case COMMAND_R -> cohere("command-r");
            case QWEN3 -> headNorms(base("qwen3"));
        };
    }

    private static TinyModel longRope() {
        return fused(base("phi3"))
                .with("phi3.context_length", 512)
                .with("phi3.rope.scaling.original_context_length", 256)
                .with("phi3.rope.scaling.attn_factor", 1.19f);
    }

    private static TinyModel base(String architecture) {
        TinyModel model = TinyModel.decoder();
        Map<String, Object> old = new LinkedHashMap<>(model.metadata);
        model.metadata.clear();
        old.forEach((key, value) -> model.metadata.put(key.replace("llama.", architecture + "."), value));
        model.with("general.architecture", architecture)
                .with(architecture + ".block_count", LAYERS)
                .with(architecture + ".rope.dimension_count", 8)
                .with(architecture + ".vocab_size", (int) model.tensors.get("token_embd.weight")[1]);
        Map<String, long[]> first = new LinkedHashMap<>(model.tensors);
        for (int i = 2; i < LAYERS; i++) {
            for (Map.Entry<String, long[]> tensor : first.entrySet()) {
                if (tensor.getKey().startsWith("blk.0.")) {
                    model.shape(tensor.getKey().replace("blk.0.", "blk." + i + "."), tensor.getValue());
                }
            }
        }
        return model;
    }

    private static TinyModel fused(TinyModel model) {
        for (int i = 0; i < LAYERS; i++) {
            String block = "blk." + i + ".";
            model.without(block + "attn_q.weight")
                    .without(block + "attn_k.weight")
                    .without(block + "attn_v.weight")
                    .without(block + "ffn_gate.weight")
                    .shape(block + "attn_qkv.weight", WIDTH, 2 * WIDTH)
                    .shape(block + "ffn_up.weight", WIDTH, 2 * FEED_FORWARD);
        }
        return model;
    }

    private static TinyModel headNorms(TinyModel model) {
        for (int i = 0; i < LAYERS; i++) {
            String block = "blk." + i + ".";
            model.shape(block + "attn_q_norm.weight", 8).shape(block + "attn_k_norm.weight", 8);
        }
        return model;
    }

    private static TinyModel gemma() {
        TinyModel model = headNorms(base("gemma3"))
                .with("gemma3.attention.sliding_window", 7)
                .with("gemma3.attention.key_length", 8)
                .with("gemma3.attention.value_length", 8)
                .without("output.weight");
        return sandwich(model);
    }

    /** Queries grow from position 8 on. */
    private static TinyModel ministral() {
        return base("mistral3")
                .with("mistral3.rope.scaling.type", "yarn")
                .with("mistral3.rope.scaling.factor", 4f)
                .with("mistral3.rope.scaling.original_context_length", 8)
                .with("mistral3.rope.scaling.yarn_beta_fast", 32f)
                .with("mistral3.rope.scaling.yarn_beta_slow", 1f)
                .with("mistral3.attention.temperature_scale", 0.9f);
    }

    private static TinyModel sandwich(TinyModel model) {
        for (int i = 0; i < LAYERS; i++) {
            String block = "blk." + i + ".";
            model.shape(block + "post_attention_norm.weight", WIDTH).shape(block + "post_ffw_norm.weight", WIDTH);
        }
        return model;
    }

    private static TinyModel cohere(String architecture) {
        TinyModel model = base(architecture)
                .without(architecture + ".attention.layer_norm_rms_epsilon")
                .with(architecture + ".attention.layer_norm_epsilon", 1e-5f)
                .with(architecture + ".logit_scale", 0.5f)
                .without("output.weight");
        for (int i = 0; i < LAYERS; i++) {
            model.without("blk." + i + ".ffn_norm.weight");
        }
        return model;
    }
}
