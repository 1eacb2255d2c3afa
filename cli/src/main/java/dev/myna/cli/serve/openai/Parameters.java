// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import java.util.HashSet;
import java.util.List;
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

    static final Set<String> CHAT = with(
            COMMON,
            "messages",
            "max_completion_tokens",
            "top_logprobs",
            "chat_template_kwargs",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "reasoning_budget");

    static final Set<String> COMPLETION = with(COMMON, "prompt");

    /**
     * Bookkeeping of services and hints about caches and queues: no answer depends on them. {@code cache_prompt} is llama.cpp's; whether
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
            "cache_prompt",
            "keep_alive",
            "priority",
            "request_id",
            "include_reasoning");

    /** Known elsewhere, not here, whatever the value. */
    private static final Set<String> UNSUPPORTED = Set.of("audio", "prediction", "n_predict", "cache_salt");

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
            if (Neutral.is(name, body.get(name))) {
                continue;
            }
            String shown = Fields.shown(name);
            if (Neutral.knows(name) || UNSUPPORTED.contains(name) || CHAT.contains(name) || COMPLETION.contains(name)) {
                throw ApiException.invalid(
                        shown,
                        "unsupported_parameter",
                        "parameter '" + shown + "' is not supported here"
                                + (Neutral.knows(name) ? ", except with a value that asks for nothing" : ""));
            }
            throw ApiException.invalid(shown, "unknown_parameter", "unknown parameter '" + shown + "'");
        }
    }
}
