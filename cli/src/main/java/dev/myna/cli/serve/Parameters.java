// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which parameters a route honours, which it may ignore because they cannot change an answer, and which it refuses. A parameter it
 * has never heard of is refused too: silence would mean that it was honoured.
 */
final class Parameters {
    private static final Set<String> COMMON = Set.of(
            "model",
            "stream",
            "stream_options",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "repeat_penalty",
            "presence_penalty",
            "frequency_penalty",
            "seed",
            "stop",
            "n",
            "logprobs",
            "logit_bias",
            "response_format",
            "grammar");

    static final Set<String> CHAT = with(COMMON, "messages", "max_completion_tokens", "top_logprobs");

    static final Set<String> COMPLETION = with(COMMON, "prompt");

    /**
     * Bookkeeping of OpenAI's service and hints about caches: no answer depends on them. {@code cache_prompt} is llama.cpp's; whether
     * a prefix is reused never changes the tokens here.
     */
    static final Set<String> HARMLESS = Set.of(
            "user",
            "metadata",
            "store",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "cache_prompt");

    /** Values that ask for nothing, of parameters that are refused otherwise. */
    private static final Map<String, List<Object>> IDLE = Map.ofEntries(
            Map.entry("tools", List.of(List.of())),
            Map.entry("tool_choice", List.of("none", "auto")),
            Map.entry("parallel_tool_calls", List.of(true, false)),
            Map.entry("functions", List.of(List.of())),
            Map.entry("function_call", List.of("none", "auto")),
            Map.entry("modalities", List.of(List.of("text"))),
            Map.entry("echo", List.of(false)),
            Map.entry("suffix", List.of("")),
            Map.entry("best_of", List.of(1)));

    /** Known elsewhere, not here. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "audio",
            "prediction",
            "reasoning_effort",
            "verbosity",
            "web_search_options",
            "typical_p",
            "tfs_z",
            "mirostat",
            "mirostat_tau",
            "mirostat_eta",
            "dynatemp_range",
            "dynatemp_exponent",
            "dry_multiplier",
            "xtc_probability",
            "repeat_last_n",
            "ignore_eos",
            "n_probs",
            "n_predict",
            "n_keep",
            "id_slot",
            "samplers",
            "lora",
            "json_schema",
            "chat_template_kwargs",
            "add_generation_prompt",
            "min_tokens",
            "guided_json",
            "guided_regex",
            "guided_grammar");

    private Parameters() {}

    private static Set<String> with(Set<String> names, String... more) {
        Set<String> all = new HashSet<>(names);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    /** Refuses every parameter that would not be honoured. */
    static void check(Fields body, Set<String> honoured) {
        for (String name : body.values().keySet()) {
            if (!body.has(name) || honoured.contains(name) || HARMLESS.contains(name)) {
                continue;
            }
            List<Object> idle = IDLE.getOrDefault(name, List.of());
            if (idle.contains(body.get(name))) {
                continue;
            }
            String shown = Fields.shown(name);
            if (!idle.isEmpty() || UNSUPPORTED.contains(name) || CHAT.contains(name) || COMPLETION.contains(name)) {
                throw ApiException.invalid(
                        shown, "unsupported_parameter", "parameter '" + shown + "' is not supported here");
            }
            throw ApiException.invalid(shown, "unknown_parameter", "unknown parameter '" + shown + "'");
        }
    }
}
