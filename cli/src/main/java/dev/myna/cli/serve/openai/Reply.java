// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.openai;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.Generation.TokenChoice;
import dev.myna.engine.tools.AnswerEvent;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of an answer for one of the two routes: whole, or in chunks. */
abstract sealed class Reply permits ChatReply, CompletionReply {
    private static final double NANOS_PER_MILLI = 1e6;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String id;
    private final long created = Instant.now().getEpochSecond();
    private final String model;
    private final String fingerprint;

    Reply(String prefix, String model, String fingerprint) {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        this.id = prefix + HexFormat.of().formatHex(random);
        this.model = model;
        this.fingerprint = fingerprint;
    }

    /** {@code object} of a chunk, and of the whole. */
    abstract String object(boolean chunk);

    /** The only choice of the first chunk, before any text; null where there is no such chunk. */
    abstract Map<String, Object> opening();

    /**
     * The only choice of a chunk.
     *
     * @param event null for none
     * @param finish null except in the last chunk
     * @param tokens null if the request does not ask for log probabilities
     */
    abstract Map<String, Object> delta(AnswerEvent event, String finish, List<TokenChoice> tokens);

    /** The only choice of the whole. */
    abstract Map<String, Object> whole(ChatMessage.Assistant answer, String finish, List<TokenChoice> tokens);

    /** @param choice null for none, in the chunk that brings the usage */
    Map<String, Object> chunk(Map<String, Object> choice) {
        return envelope(true, choice);
    }

    Map<String, Object> body(Map<String, Object> choice, Generation.Stats stats) {
        Map<String, Object> body = envelope(false, choice);
        body.put("usage", usage(stats));
        body.put("timings", timings(stats));
        return body;
    }

    private Map<String, Object> envelope(boolean chunk, Map<String, Object> choice) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", id);
        body.put("object", object(chunk));
        body.put("created", created);
        body.put("model", model);
        body.put("system_fingerprint", fingerprint);
        body.put("choices", choice == null ? List.of() : List.of(choice));
        return body;
    }

    static String finish(Generation.FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case TOOL_CALLS -> "tool_calls";
            case LENGTH, CANCELLED -> "length";
        };
    }

    static Map<String, Object> usage(Generation.Stats stats) {
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("prompt_tokens", stats.promptTokens());
        usage.put("completion_tokens", stats.generatedTokens());
        usage.put("total_tokens", stats.promptTokens() + stats.generatedTokens());
        usage.put("prompt_tokens_details", Map.of("cached_tokens", stats.cachedTokens()));
        return usage;
    }

    /** With llama.cpp's names; {@code image_n} and {@code image_ms} are ours. */
    static Map<String, Object> timings(Generation.Stats stats) {
        Map<String, Object> timings = new LinkedHashMap<>();
        int read = stats.promptTokens() - stats.cachedTokens();
        timings.put("cache_n", stats.cachedTokens());
        timings.put("image_n", stats.imageTokens());
        timings.put("image_ms", stats.imageNanos() / NANOS_PER_MILLI);
        timings.put("prompt_n", read);
        timings.put("prompt_ms", stats.promptNanos() / NANOS_PER_MILLI);
        timings.put("prompt_per_second", rate(read, stats.promptNanos()));
        timings.put("predicted_n", stats.generatedTokens());
        timings.put("predicted_ms", stats.generationNanos() / NANOS_PER_MILLI);
        // The first token comes from the last prefill step.
        timings.put("predicted_per_second", rate(Math.max(0, stats.generatedTokens() - 1), stats.generationNanos()));
        return timings;
    }

    private static double rate(int count, long nanos) {
        return nanos == 0 ? 0 : count * 1e9 / nanos;
    }
}
