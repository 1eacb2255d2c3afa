// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.List;

/**
 * How to choose tokens and when to stop. Names and meanings are llama.cpp's.
 *
 * @param maxTokens most tokens to generate; 0 means until the context is full
 * @param temperature 0 is greedy
 * @param topK keep the k most likely tokens; 0 is off
 * @param topP keep the smallest set of tokens whose probabilities sum to p; 1 is off
 * @param minP drop tokens less likely than p times the most likely one; 0 is off
 * @param repeatPenalty divides (positive) or multiplies (negative) logits of the last 64 tokens; 1 is off
 * @param seed of the sampler; the same seed gives the same tokens, whatever the thread count
 * @param stop strings that end the answer, not included in it
 */
public record GenerationOptions(
        int maxTokens,
        float temperature,
        int topK,
        float topP,
        float minP,
        float repeatPenalty,
        long seed,
        List<String> stop) {

    public GenerationOptions {
        check(maxTokens >= 0, "max tokens must be 0 or more, not " + maxTokens);
        check(temperature >= 0 && temperature <= 100, "temperature must be in 0..100, not " + temperature);
        check(topK >= 0, "top-k must be 0 or more, not " + topK);
        check(topP > 0 && topP <= 1, "top-p must be in (0, 1], not " + topP);
        check(minP >= 0 && minP <= 1, "min-p must be in 0..1, not " + minP);
        check(repeatPenalty > 0 && repeatPenalty <= 100, "repeat penalty must be in (0, 100], not " + repeatPenalty);
        stop = List.copyOf(stop);
        check(stop.stream().noneMatch(String::isEmpty), "a stop string must not be empty");
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new RequestException(message);
        }
    }

    /** Greedy, at most 512 tokens. */
    public static GenerationOptions greedy() {
        return new GenerationOptions(512, 0, 0, 1, 0, 1, 0, List.of());
    }

    public GenerationOptions withMaxTokens(int tokens) {
        return new GenerationOptions(tokens, temperature, topK, topP, minP, repeatPenalty, seed, stop);
    }

    public GenerationOptions withTemperature(float value) {
        return new GenerationOptions(maxTokens, value, topK, topP, minP, repeatPenalty, seed, stop);
    }

    public GenerationOptions withTopK(int k) {
        return new GenerationOptions(maxTokens, temperature, k, topP, minP, repeatPenalty, seed, stop);
    }

    public GenerationOptions withTopP(float p) {
        return new GenerationOptions(maxTokens, temperature, topK, p, minP, repeatPenalty, seed, stop);
    }

    public GenerationOptions withMinP(float p) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, p, repeatPenalty, seed, stop);
    }

    public GenerationOptions withRepeatPenalty(float penalty) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, minP, penalty, seed, stop);
    }

    public GenerationOptions withSeed(long value) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, minP, repeatPenalty, value, stop);
    }

    public GenerationOptions withStop(String... strings) {
        return new GenerationOptions(maxTokens, temperature, topK, topP, minP, repeatPenalty, seed, List.of(strings));
    }
}
