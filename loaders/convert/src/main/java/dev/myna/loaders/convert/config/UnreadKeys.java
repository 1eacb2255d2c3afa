// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keys of a configuration that are not read. There are three kinds: keys that change no result (training, generation, memory);
 * keys that change results unless they have one value, which are refused with any other; and unknown keys, which are reported.
 */
public final class UnreadKeys {
    private static final int NAMED = 6;
    private static final int VALUE_SHOWN = 40;

    /** Keys of transformers' base class and models: training, generation, formats, names. */
    private static final Set<String> HARMLESS = Set.of(
            // origin and loading
            "_name_or_path",
            "_attn_implementation_autoset",
            "_attn_implementation",
            "architectures",
            "auto_map",
            "transformers_version",
            "transformers.js_config",
            "torch_dtype",
            "dtype",
            "model_type",
            "tokenizer_class",
            "processor_class",
            "use_cache",
            "torchscript",
            "return_dict",
            "output_attentions",
            "output_hidden_states",
            "output_scores",
            "return_dict_in_generate",
            "use_bfloat16",
            "tf_legacy_loss",
            "finetuning_task",
            "problem_type",
            "id2label",
            "label2id",
            "num_labels",
            "prefix",
            "task_specific_params",
            "is_encoder_decoder",
            "is_decoder",
            "add_cross_attention",
            "cross_attention_hidden_size",
            "tie_encoder_decoder",
            "chunk_size_feed_forward",
            "use_return_dict",
            "ignore_index",
            "pretraining_tp",
            "attn_implementation",
            // training
            "initializer_range",
            "initializer_factor",
            "attention_dropout",
            "hidden_dropout",
            "dropout",
            "resid_pdrop",
            "embd_pdrop",
            "gradient_checkpointing",
            "logit_scale_init_value",
            "max_window_layers",
            // generation, which has a file and options of its own
            "max_length",
            "min_length",
            "do_sample",
            "early_stopping",
            "num_beams",
            "num_beam_groups",
            "diversity_penalty",
            "temperature",
            "top_k",
            "top_p",
            "typical_p",
            "repetition_penalty",
            "length_penalty",
            "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size",
            "bad_words_ids",
            "num_return_sequences",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "remove_invalid_values",
            "exponential_decay_length_penalty",
            "suppress_tokens",
            "begin_suppress_tokens",
            "decoder_start_token_id",
            "sep_token_id",
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "image_token_id",
            "image_token_index",
            "image_seq_length",
            "vocab_size",
            "projection_dim",
            "use_image_newline_parameter",
            // LLaVA's own code: training, and ways to cut images that no supported aspect uses
            "freeze_mm_mlp_adapter",
            "freeze_mm_vision_resampler",
            "tune_mm_mlp_adapter",
            "tune_mm_vision_resampler",
            "unfreeze_mm_vision_tower",
            "unfreeze_mm_language_model",
            "use_mm_proj",
            "mm_tunable_parts",
            "mm_vision_tower",
            "mm_vision_tower_lr",
            "mm_projector_lr",
            "mm_use_im_patch_token",
            "tokenizer_padding_side",
            "tokenizer_model_max_length",
            "image_crop_resolution",
            "image_split_resolution",
            "image_grid_pinpoints",
            "mm_patch_merge_type",
            "mm_newline_position",
            "mm_spatial_pool_mode",
            "mm_spatial_pool_stride",
            "mm_spatial_pool_out_channels",
            "mm_resampler_location",
            "vision_tower_pretrained",
            "use_pos_skipping",
            "pos_skipping_range",
            "add_faster_video",
            "add_time_instruction",
            "faster_token_stride",
            "force_sample",
            "frames_upbound",
            "moe_top_k",
            "lora_enable",
            "training_stage",
            "version");

    /** Keys that change results unless they have the value given here. */
    private static final Map<String, Predicate<Object>> ONLY = Map.ofEntries(
            Map.entry("attention_multiplier", UnreadKeys::isOne),
            Map.entry("residual_multiplier", UnreadKeys::isOne),
            Map.entry("embedding_multiplier", UnreadKeys::isOne),
            Map.entry("logits_scaling", UnreadKeys::isOne),
            Map.entry("logit_scale", UnreadKeys::isOne),
            Map.entry("partial_rotary_factor", UnreadKeys::isOne),
            Map.entry("attn_logit_softcapping", UnreadKeys::isZero),
            Map.entry("final_logit_softcapping", UnreadKeys::isZero),
            Map.entry("query_pre_attn_scalar", _ -> false),
            Map.entry("clip_qkv", UnreadKeys::isZero),
            Map.entry("qk_norm", Boolean.FALSE::equals),
            Map.entry("use_qk_norm", Boolean.FALSE::equals),
            Map.entry("qk_layernorm", Boolean.FALSE::equals),
            Map.entry("norm_bias", Boolean.FALSE::equals),
            Map.entry("qkv_bias", Boolean.FALSE::equals),
            Map.entry("use_bias", Boolean.FALSE::equals),
            Map.entry("attention_out_bias", Boolean.FALSE::equals),
            Map.entry("parallel_attn", Boolean.FALSE::equals),
            Map.entry("use_parallel_residual", Boolean.FALSE::equals),
            Map.entry("alibi", Boolean.FALSE::equals),
            Map.entry("rope_interleaved", Boolean.FALSE::equals),
            Map.entry("rope_interleave", Boolean.FALSE::equals),
            Map.entry("num_local_experts", UnreadKeys::isZero),
            Map.entry("num_experts", UnreadKeys::isZero),
            Map.entry("n_routed_experts", UnreadKeys::isZero),
            Map.entry("quantization_config", _ -> false),
            Map.entry("pruned_heads", _ -> false),
            Map.entry("layer_types", UnreadKeys::isFullAttention),
            Map.entry("use_sliding_window", Boolean.FALSE::equals),
            Map.entry("mrope_section", _ -> false),
            Map.entry("num_channels", value -> value.equals(3)),
            Map.entry("mm_use_im_start_end", Boolean.FALSE::equals),
            Map.entry("mm_resampler_type", value -> "identity".equals(value)),
            Map.entry("s2", Boolean.FALSE::equals),
            Map.entry("s2_scales", _ -> false),
            Map.entry("text_model_type", value -> "llama".equals(value)));

    private UnreadKeys() {}

    /**
     * Checks all unread keys.
     *
     * @return one line that names unknown keys; empty if there are none
     * @throws CheckpointException if a key changes results
     */
    public static Optional<String> check(HfConfig config) {
        List<String> unknown = new ArrayList<>();
        config.unread().forEach((key, value) -> {
            String name = key.substring(key.lastIndexOf('.') + 1);
            Predicate<Object> neutral = ONLY.get(name);
            if (neutral != null) {
                if (!neutral.test(value)) {
                    throw new CheckpointException(config.path() + ": " + shown(key, value)
                            + " changes what the model says and is not supported");
                }
            } else if (!HARMLESS.contains(name)) {
                unknown.add(shown(key, value));
            }
        });
        return line(config, unknown);
    }

    /** The same for another file than the configuration, with its own list of harmless keys. */
    public static Optional<String> check(HfConfig config, Set<String> harmless) {
        List<String> unknown = new ArrayList<>();
        config.unread().forEach((key, value) -> {
            if (!harmless.contains(key.substring(key.lastIndexOf('.') + 1))) {
                unknown.add(shown(key, value));
            }
        });
        return line(config, unknown);
    }

    private static Optional<String> line(HfConfig config, List<String> unknown) {
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of(config.path().getFileName() + " says what convert does not know and leaves out: "
                        + String.join(", ", unknown.subList(0, Math.min(NAMED, unknown.size())))
                        + (unknown.size() > NAMED ? " and " + (unknown.size() - NAMED) + " more" : ""));
    }

    private static String shown(String key, Object value) {
        return Text.line(key, Text.SHOWN) + " = " + Text.line(HfConfig.shown(value), VALUE_SHOWN);
    }

    private static boolean isOne(Object value) {
        return value instanceof Number number && number.doubleValue() == 1;
    }

    private static boolean isZero(Object value) {
        return value instanceof Number number && number.doubleValue() == 0;
    }

    private static boolean isFullAttention(Object value) {
        return value instanceof List<?> list && list.stream().allMatch("full_attention"::equals);
    }
}
