// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Values without effect, of parameters that are otherwise refused: clients send their defaults. Parameters of the OpenAI API, and
 * of the servers llama.cpp, vLLM and Ollama.
 */
final class NeutralValues {
    private static final Map<String, Predicate<Object>> VALUES = new HashMap<>();

    static {
        // OpenAI.
        put(NeutralValues::isEmpty, "tools", "functions", "web_search_options");
        put(one("none", "auto"), "tool_choice", "function_call");
        put(Boolean.class::isInstance, "parallel_tool_calls");
        put(one(List.of("text")), "modalities");
        put(one("none"), "reasoning_effort");
        put(one("medium"), "verbosity");
        put(one(false), "echo");
        put(NeutralValues::isEmpty, "suffix");
        put(one(1), "best_of");
        put(one(0), "top_logprobs");

        // Samplers that Myna does not have: switched off, and their settings.
        put(one(1), "typical_p", "tfs_z", "repetition_penalty", "length_penalty", "num_beams", "n_cmpl");
        put(
                one(0),
                "mirostat",
                "dynatemp_range",
                "dry_multiplier",
                "xtc_probability",
                "top_a",
                "smoothing_factor",
                "diversity_penalty",
                "epsilon_cutoff",
                "eta_cutoff",
                "min_keep");
        put(one(-1, 0), "top_n_sigma");
        // Tokens that penalties look back: the same value as here.
        put(one(64), "repeat_last_n");
        put(
                NeutralValues::isSetting,
                "mirostat_tau",
                "mirostat_eta",
                "dynatemp_exponent",
                "xtc_threshold",
                "smoothing_curve",
                "dry_base",
                "dry_allowed_length",
                "dry_penalty_last_n",
                "dry_sequence_breakers");

        // llama.cpp.
        put(one(0), "n_probs", "n_keep", "n_discard", "n_indent", "t_max_predict_ms");
        put(one(-1), "id_slot");
        put(
                one(false),
                "ignore_eos",
                "post_sampling_probs",
                "return_tokens",
                "return_progress",
                "timings_per_token",
                "penalize_nl",
                "grammar_lazy",
                "parse_tool_calls");
        put(
                NeutralValues::isEmpty,
                "lora",
                "grammar_triggers",
                "preserved_tokens",
                "response_fields",
                "image_data",
                "chat_template_kwargs",
                "chat_template",
                "samplers",
                "json_schema");
        put(one(true), "add_generation_prompt");
        put(one("none", "auto"), "reasoning_format");
        put(one(false), "thinking_forced_open", "reasoning_in_content");

        // vLLM.
        put(
                one(false),
                "use_beam_search",
                "include_stop_str_in_output",
                "return_tokens_as_token_ids",
                "return_token_ids",
                "continue_final_message",
                "early_stopping");
        put(one(true), "skip_special_tokens", "spaces_between_special_tokens");
        put(one(0), "min_tokens");
        put(one(-1), "truncate_prompt_tokens");
        put(
                NeutralValues::isEmpty,
                "stop_token_ids",
                "bad_words",
                "allowed_token_ids",
                "documents",
                "mm_processor_kwargs",
                "logits_processors",
                "kv_transfer_params",
                "vllm_xargs",
                "guided_json",
                "guided_regex",
                "guided_choice",
                "guided_grammar",
                "structured_outputs");

        // Ollama.
        put(one(false), "think", "raw");
        put(NeutralValues::isEmpty, "options", "format", "template", "system", "context", "images");
    }

    private NeutralValues() {}

    private static void put(Predicate<Object> idle, String... names) {
        for (String name : names) {
            VALUES.put(name, idle);
        }
    }

    /** A setting of a sampler. It has no effect while the sampler is off, which is checked on its own. */
    private static boolean isSetting(Object value) {
        return value instanceof Number || value instanceof Collection<?>;
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Collection<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    private static Predicate<Object> one(Object... neutral) {
        return value -> {
            for (Object one : neutral) {
                if (one.equals(value)
                        || one instanceof Number a && value instanceof Number b && a.doubleValue() == b.doubleValue()) {
                    return true;
                }
            }
            return false;
        };
    }

    /** Whether a parameter has a neutral value. */
    static boolean knows(String name) {
        return VALUES.containsKey(name);
    }

    /** Whether this value of a parameter has no effect. */
    static boolean is(String name, Object value) {
        Predicate<Object> idle = VALUES.get(name);
        return idle != null && idle.test(value);
    }
}
