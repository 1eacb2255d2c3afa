// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which parameters a route supports, which it ignores because they cannot change an answer, and which it refuses. Unknown
 * parameters are refused too, because a client must not believe that they have an effect.
 *
 * <p>This class checks names, and of refused parameters whether the value has an effect ({@link NeutralValues}). The readers of the
 * parameters check values: {@link Sampling} those of sampling, with {@link dev.myna.engine.GenerationOptions}' bounds as the widest.
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
            "json_schema",
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
     * Metadata, and hints about caches and queues: no answer depends on them. {@code cache_prompt} is llama.cpp's; here, the reuse of
     * a prefix never changes the tokens.
     */
    static final Set<String> IGNORED = Set.of(
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

    /** Parameters of other servers that are refused with any value. */
    private static final Set<String> UNSUPPORTED = Set.of("audio", "prediction", "n_predict", "cache_salt");

    private Parameters() {}

    private static Set<String> with(Set<String> names, String... more) {
        Set<String> all = new HashSet<>(names);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    /** Refuses every unsupported parameter. */
    static void check(Fields body, Set<String> honoured) {
        for (String name : body.values().keySet()) {
            if (!body.has(name) || honoured.contains(name) || IGNORED.contains(name)) {
                continue;
            }
            if (NeutralValues.is(name, body.get(name))) {
                continue;
            }
            String shown = Fields.shown(name);
            if (NeutralValues.knows(name)
                    || UNSUPPORTED.contains(name)
                    || CHAT.contains(name)
                    || COMPLETION.contains(name)) {
                throw ApiException.invalid(
                        shown,
                        "unsupported_parameter",
                        "parameter '" + shown + "' is not supported here"
                                + (NeutralValues.knows(name) ? ", except with a value that has no effect" : ""));
            }
            throw ApiException.invalid(shown, "unknown_parameter", "unknown parameter '" + shown + "'");
        }
    }
}
