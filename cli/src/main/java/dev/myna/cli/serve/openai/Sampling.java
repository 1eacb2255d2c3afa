// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.cli.serve.http.ApiException;
import dev.myna.engine.GenerationOptions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the sampling parameters of a request. The server's options are the defaults.
 *
 * <p>{@link Parameters} has checked the names. This class checks the values, because its bounds are those of the OpenAI API where they
 * are narrower than those of {@link GenerationOptions}, and its messages name the parameter. {@link GenerationOptions} checks its own
 * bounds again when it is built.
 */
public final class Sampling {
    private static final int MAX_STOPS = 4;
    private static final int MAX_STOP_LENGTH = 1000;
    private static final int MAX_BIASES = 1024;
    private static final float MAX_BIAS = 100;
    private static final int MAX_TOP_LOGPROBS = 20;

    private final GenerationOptions defaults;
    private final Long seed;
    private final int vocabulary;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param seed of requests without one; null draws one for each
     * @param vocabulary tokens of the model
     */
    public Sampling(GenerationOptions defaults, Long seed, int vocabulary) {
        this.defaults = defaults;
        this.seed = seed;
        this.vocabulary = vocabulary;
    }

    /** For {@code /v1/chat/completions}. */
    GenerationOptions chat(Fields body) {
        boolean logprobs = body.flag("logprobs", false);
        int alternatives = body.integer("top_logprobs", 0, MAX_TOP_LOGPROBS, 0);
        if (alternatives > 0 && !logprobs) {
            throw ApiException.value("top_logprobs", "top_logprobs needs logprobs to be true");
        }
        if (body.has("max_tokens") && body.has("max_completion_tokens")) {
            throw ApiException.value("max_tokens", "max_tokens and max_completion_tokens mean the same: give one");
        }
        String limit = body.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        return common(body, limit).toBuilder()
                .logprobs(logprobs ? alternatives : -1)
                .reasoningBudget(body.integer("reasoning_budget", -1, Integer.MAX_VALUE, defaults.reasoningBudget()))
                .build();
    }

    /** For {@code /v1/completions}. */
    GenerationOptions completion(Fields body) {
        // As in chat completions.
        boolean none = Boolean.FALSE.equals(body.get("logprobs"));
        int logprobs = none ? -1 : body.integer("logprobs", 0, MAX_TOP_LOGPROBS, -1);
        return common(body, "max_tokens").toBuilder().logprobs(logprobs).build();
    }

    private GenerationOptions common(Fields body, String limit) {
        body.integer("n", 1, 1, 1);
        GenerationOptions options = defaults.toBuilder()
                .maxTokens(maxTokens(body, limit))
                .temperature(in(body, "temperature", 0, 100, defaults.temperature()))
                .topK(Math.max(0, body.integer("top_k", -1, Integer.MAX_VALUE, defaults.topK())))
                .topP(topP(body))
                .minP(in(body, "min_p", 0, 1, defaults.minP()))
                .repeatPenalty(in(body, "repeat_penalty", 0.01f, 100, defaults.repeatPenalty()))
                .presencePenalty(in(body, "presence_penalty", -2, 2, defaults.presencePenalty()))
                .frequencyPenalty(in(body, "frequency_penalty", -2, 2, defaults.frequencyPenalty()))
                .logitBias(logitBias(body))
                .build();
        List<String> stop = stop(body);
        return options.toBuilder()
                .seed(seed(body, options))
                .stop((stop == null ? defaults.stop() : stop).toArray(String[]::new))
                .build();
    }

    /** -1 means no limit in other servers: until the context is full. */
    private int maxTokens(Fields body, String limit) {
        int max = body.integer(limit, -1, Integer.MAX_VALUE, defaults.maxTokens());
        if (max == 0 && body.has(limit)) {
            throw ApiException.value(limit, limit + " must be 1 or more, or -1 for no limit, not 0");
        }
        return Math.max(0, max);
    }

    /** OpenAI allows 0, which keeps only the most likely token. */
    private float topP(Fields body) {
        return Math.max(in(body, "top_p", 0, 1, defaults.topP()), Float.MIN_NORMAL);
    }

    private static float in(Fields body, String name, float min, float max, float fallback) {
        float value = body.number(name, fallback);
        if (value < min || value > max) {
            throw ApiException.value(name, name + " must be in " + shown(min) + ".." + shown(max) + ", not " + value);
        }
        return value;
    }

    private static String shown(float value) {
        return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
    }

    /** -1 draws one, as in llama.cpp. */
    private long seed(Fields body, GenerationOptions options) {
        Long given = body.integer("seed");
        if (given != null && given != -1) {
            return given;
        }
        if (seed != null && given == null) {
            return seed;
        }
        return options.temperature() > 0 ? Integer.toUnsignedLong(random.nextInt()) : 0;
    }

    private static List<String> stop(Fields body) {
        List<?> given = body.get("stop") instanceof String one ? List.of(one) : body.list("stop");
        if (given == null) {
            return null;
        }
        if (given.size() > MAX_STOPS) {
            throw ApiException.value("stop", "stop may have " + MAX_STOPS + " texts, not " + given.size());
        }
        for (Object text : given) {
            if (!(text instanceof String stop) || stop.isEmpty() || stop.length() > MAX_STOP_LENGTH) {
                throw ApiException.value(
                        "stop", "stop must be a text of 1 to " + MAX_STOP_LENGTH + " characters, or a list of them");
            }
        }
        return given.stream().map(String.class::cast).toList();
    }

    private Map<Integer, Float> logitBias(Fields body) {
        // llama.cpp sends a list of pairs; an empty one means none.
        boolean none = body.get("logit_bias") instanceof List<?> list && list.isEmpty();
        Fields biases = none ? null : body.object("logit_bias");
        if (biases == null) {
            return Map.of();
        }
        if (biases.values().size() > MAX_BIASES) {
            throw ApiException.value(
                    "logit_bias",
                    "logit_bias may have " + MAX_BIASES + " tokens, not "
                            + biases.values().size());
        }
        Map<Integer, Float> result = new HashMap<>();
        for (String token : biases.values().keySet()) {
            int id = token.matches("[0-9]{1,9}") ? Integer.parseInt(token) : vocabulary;
            if (id >= vocabulary) {
                throw ApiException.value(
                        "logit_bias",
                        "logit_bias: '" + Fields.shown(token) + "' is not the id of a token (0.." + (vocabulary - 1)
                                + ")");
            }
            float bias = biases.number(token, 0);
            if (Math.abs(bias) > MAX_BIAS) {
                throw ApiException.value(
                        "logit_bias", "logit_bias of token " + id + " must be in -100..100, not " + bias);
            }
            // OpenAI: -100 bans a token.
            result.put(id, bias == -MAX_BIAS ? Float.NEGATIVE_INFINITY : bias);
        }
        return result;
    }
}
