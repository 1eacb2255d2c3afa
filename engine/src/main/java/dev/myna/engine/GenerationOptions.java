// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.grammar.Grammar;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How to choose tokens and when to stop. Names and meanings are llama.cpp's.
 *
 * @param maxTokens most tokens to generate; 0 means until the context is full
 * @param temperature 0 is greedy
 * @param topK keep the k most likely tokens; 0 is off
 * @param topP keep the smallest set of tokens whose probabilities sum to p; 1 is off
 * @param minP drop tokens less likely than p times the most likely one; 0 is off
 * @param repeatPenalty divides (positive) or multiplies (negative) logits of the last 64 tokens; 1 is off
 * @param presencePenalty is subtracted from the logits of those of the last 64 tokens; 0 is off
 * @param frequencyPenalty is subtracted from a token's logit once for each time it is among the last 64; 0 is off
 * @param seed of the sampler; the same seed gives the same tokens, whatever the thread count
 * @param stop strings that end the answer, not included in it
 * @param logitBias is added to the logits of these tokens before anything else; negative infinity bans a token
 * @param logprobs record each token's probability and that many alternatives ({@link Generation#choices}); -1 is off
 * @param grammar what texts the answer may be behind its reasoning, or null for any
 * @param reasoningBudget most tokens of reasoning, where the model reasons: then it has to answer; -1 is no limit
 */
public record GenerationOptions(
        int maxTokens,
        float temperature,
        int topK,
        float topP,
        float minP,
        float repeatPenalty,
        float presencePenalty,
        float frequencyPenalty,
        long seed,
        List<String> stop,
        Map<Integer, Float> logitBias,
        int logprobs,
        Grammar grammar,
        int reasoningBudget) {

    /** Most alternatives of {@link #logprobs}. */
    public static final int MAX_LOGPROBS = 100;

    public GenerationOptions {
        check(maxTokens >= 0, "max tokens must be 0 or more, not " + maxTokens);
        check(temperature >= 0 && temperature <= 100, "temperature must be in 0..100, not " + temperature);
        check(topK >= 0, "top-k must be 0 or more, not " + topK);
        check(topP > 0 && topP <= 1, "top-p must be in (0, 1], not " + topP);
        check(minP >= 0 && minP <= 1, "min-p must be in 0..1, not " + minP);
        check(repeatPenalty > 0 && repeatPenalty <= 100, "repeat penalty must be in (0, 100], not " + repeatPenalty);
        check(Math.abs(presencePenalty) <= 100, "presence penalty must be in -100..100, not " + presencePenalty);
        check(Math.abs(frequencyPenalty) <= 100, "frequency penalty must be in -100..100, not " + frequencyPenalty);
        check(
                logprobs >= -1 && logprobs <= MAX_LOGPROBS,
                "logprobs must be -1 (off) to " + MAX_LOGPROBS + ", not " + logprobs);
        check(reasoningBudget >= -1, "reasoning budget must be -1 (no limit) or more, not " + reasoningBudget);
        stop = List.copyOf(stop);
        check(stop.stream().noneMatch(String::isEmpty), "a stop string must not be empty");
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((id, bias) -> {
            check(id >= 0, "logit bias: " + id + " is not a token");
            check(bias < Float.POSITIVE_INFINITY, "logit bias of token " + id + " must be a number, not " + bias);
        });
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new RequestException(message);
        }
    }

    /** Greedy, at most 512 tokens. */
    public static GenerationOptions greedy() {
        return new GenerationOptions(512, 0, 0, 1, 0, 1, 0, 0, 0, List.of(), Map.of(), -1, null, -1);
    }

    public GenerationOptions withMaxTokens(int tokens) {
        return changed(draft -> draft.maxTokens = tokens);
    }

    public GenerationOptions withTemperature(float value) {
        return changed(draft -> draft.temperature = value);
    }

    public GenerationOptions withTopK(int k) {
        return changed(draft -> draft.topK = k);
    }

    public GenerationOptions withTopP(float p) {
        return changed(draft -> draft.topP = p);
    }

    public GenerationOptions withMinP(float p) {
        return changed(draft -> draft.minP = p);
    }

    public GenerationOptions withRepeatPenalty(float penalty) {
        return changed(draft -> draft.repeatPenalty = penalty);
    }

    public GenerationOptions withPresencePenalty(float penalty) {
        return changed(draft -> draft.presencePenalty = penalty);
    }

    public GenerationOptions withFrequencyPenalty(float penalty) {
        return changed(draft -> draft.frequencyPenalty = penalty);
    }

    public GenerationOptions withSeed(long value) {
        return changed(draft -> draft.seed = value);
    }

    public GenerationOptions withStop(String... strings) {
        return changed(draft -> draft.stop = List.of(strings));
    }

    public GenerationOptions withLogitBias(Map<Integer, Float> biases) {
        return changed(draft -> draft.logitBias = biases);
    }

    public GenerationOptions withLogprobs(int alternatives) {
        return changed(draft -> draft.logprobs = alternatives);
    }

    public GenerationOptions withGrammar(Grammar texts) {
        return changed(draft -> draft.grammar = texts);
    }

    public GenerationOptions withReasoningBudget(int tokens) {
        return changed(draft -> draft.reasoningBudget = tokens);
    }

    private GenerationOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** The components while one of them is changed. */
    private static final class Draft {
        private int maxTokens;
        private float temperature;
        private int topK;
        private float topP;
        private float minP;
        private float repeatPenalty;
        private float presencePenalty;
        private float frequencyPenalty;
        private long seed;
        private List<String> stop;
        private Map<Integer, Float> logitBias;
        private int logprobs;
        private Grammar grammar;
        private int reasoningBudget;

        Draft(GenerationOptions options) {
            maxTokens = options.maxTokens;
            temperature = options.temperature;
            topK = options.topK;
            topP = options.topP;
            minP = options.minP;
            repeatPenalty = options.repeatPenalty;
            presencePenalty = options.presencePenalty;
            frequencyPenalty = options.frequencyPenalty;
            seed = options.seed;
            stop = options.stop;
            logitBias = options.logitBias;
            logprobs = options.logprobs;
            grammar = options.grammar;
            reasoningBudget = options.reasoningBudget;
        }

        GenerationOptions finished() {
            return new GenerationOptions(
                    maxTokens,
                    temperature,
                    topK,
                    topP,
                    minP,
                    repeatPenalty,
                    presencePenalty,
                    frequencyPenalty,
                    seed,
                    stop,
                    logitBias,
                    logprobs,
                    grammar,
                    reasoningBudget);
        }
    }
}
