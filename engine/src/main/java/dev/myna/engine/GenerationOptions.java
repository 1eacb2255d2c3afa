// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import dev.myna.engine.grammar.Grammar;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How to choose tokens and when to stop. Names and meanings are llama.cpp's. Immutable.
 *
 * {@snippet :
 * GenerationOptions options = GenerationOptions.builder().temperature(0.7f).topP(0.9f).seed(42).build();
 * GenerationOptions longer = options.toBuilder().maxTokens(2048).build();
 * }
 */
public final class GenerationOptions {
    /** Most alternatives of {@link #logprobs}. */
    public static final int MAX_LOGPROBS = 100;

    /** A copy that nobody changes. */
    private final Builder set;

    private GenerationOptions(Builder from) {
        set = new Builder(from);

        Bounds.check(set.maxTokens >= 0, "max tokens", "0 (no limit) or more", set.maxTokens);
        Bounds.check(set.temperature >= 0 && set.temperature <= 100, "temperature", "in 0..100", set.temperature);
        Bounds.check(set.topK >= 0, "top-k", "0 (off) or more", set.topK);
        Bounds.check(set.topP > 0 && set.topP <= 1, "top-p", "in (0, 1]", set.topP);
        Bounds.check(set.minP >= 0 && set.minP <= 1, "min-p", "in 0..1", set.minP);
        Bounds.check(
                set.repeatPenalty > 0 && set.repeatPenalty <= 100, "repeat penalty", "in (0, 100]", set.repeatPenalty);
        Bounds.check(Math.abs(set.presencePenalty) <= 100, "presence penalty", "in -100..100", set.presencePenalty);
        Bounds.check(Math.abs(set.frequencyPenalty) <= 100, "frequency penalty", "in -100..100", set.frequencyPenalty);
        Bounds.check(
                set.logprobs >= -1 && set.logprobs <= MAX_LOGPROBS,
                "logprobs",
                "-1 (off) to " + MAX_LOGPROBS,
                set.logprobs);
        Bounds.check(set.reasoningBudget >= -1, "reasoning budget", "-1 (no limit) or more", set.reasoningBudget);
        for (String each : set.stop) {
            Bounds.check(!each.isEmpty(), "a stop string", "at least one character", "empty");
        }
        for (Map.Entry<Integer, Float> bias : set.logitBias.entrySet()) {
            Bounds.check(bias.getKey() >= 0, "a token of the logit bias", "0 or more", bias.getKey());
            Bounds.check(
                    bias.getValue() < Float.POSITIVE_INFINITY,
                    "the logit bias of a token",
                    "a number or negative infinity",
                    bias.getValue());
        }
    }

    /** Greedy, at most 512 tokens. */
    public static GenerationOptions greedy() {
        return builder().build();
    }

    /** Begins with the options of {@link #greedy}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with these options. */
    public Builder toBuilder() {
        return new Builder(set);
    }

    /** Maximum of generated tokens; 0 generates until the context is full. */
    public int maxTokens() {
        return set.maxTokens;
    }

    /** Divides the logits; 0 is greedy. */
    public float temperature() {
        return set.temperature;
    }

    /** The sampler keeps this many of the most likely tokens; 0 is off. */
    public int topK() {
        return set.topK;
    }

    /** The sampler keeps the smallest set of tokens whose probabilities sum to this; 1 is off. */
    public float topP() {
        return set.topP;
    }

    /** The sampler drops tokens less likely than this times the most likely one; 0 is off. */
    public float minP() {
        return set.minP;
    }

    /** Divides (positive) or multiplies (negative) the logits of the last 64 tokens; 1 is off. */
    public float repeatPenalty() {
        return set.repeatPenalty;
    }

    /** Is subtracted once from the logit of each of the last 64 tokens; 0 is off. */
    public float presencePenalty() {
        return set.presencePenalty;
    }

    /** Is subtracted from a token's logit once for each time it is among the last 64; 0 is off. */
    public float frequencyPenalty() {
        return set.frequencyPenalty;
    }

    /** Seed of the sampler: the same seed gives the same tokens, whatever the thread count. */
    public long seed() {
        return set.seed;
    }

    /** Strings that end the answer and are not part of it. */
    public List<String> stop() {
        return set.stop;
    }

    /** Is added to the logits of these token ids before anything else; negative infinity bans a token. */
    public Map<Integer, Float> logitBias() {
        return set.logitBias;
    }

    /** Alternatives that are recorded with each token's probability ({@link Generation#choices}); -1 is off. */
    public int logprobs() {
        return set.logprobs;
    }

    /** The answer after its reasoning is a text of this grammar; empty for any text. */
    public Optional<Grammar> grammar() {
        return set.grammar;
    }

    /** Maximum of reasoning tokens, after which the model has to answer; -1 is no limit. */
    public int reasoningBudget() {
        return set.reasoningBudget;
    }

    private List<Object> values() {
        return List.of(
                set.maxTokens,
                set.temperature,
                set.topK,
                set.topP,
                set.minP,
                set.repeatPenalty,
                set.presencePenalty,
                set.frequencyPenalty,
                set.seed,
                set.stop,
                set.logitBias,
                set.logprobs,
                set.grammar,
                set.reasoningBudget);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenerationOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** For people. */
    @Override
    public String toString() {
        return "GenerationOptions" + values();
    }

    /** Changes options. {@link #build} checks them. */
    public static final class Builder {
        private int maxTokens = 512;
        private float temperature;
        private int topK;
        private float topP = 1;
        private float minP;
        private float repeatPenalty = 1;
        private float presencePenalty;
        private float frequencyPenalty;
        private long seed;
        private List<String> stop = List.of();
        private Map<Integer, Float> logitBias = Map.of();
        private int logprobs = -1;
        private Optional<Grammar> grammar = Optional.empty();
        private int reasoningBudget = -1;

        private Builder() {}

        private Builder(Builder from) {
            maxTokens = from.maxTokens;
            temperature = from.temperature;
            topK = from.topK;
            topP = from.topP;
            minP = from.minP;
            repeatPenalty = from.repeatPenalty;
            presencePenalty = from.presencePenalty;
            frequencyPenalty = from.frequencyPenalty;
            seed = from.seed;
            stop = List.copyOf(from.stop);
            logitBias = Map.copyOf(from.logitBias);
            logprobs = from.logprobs;
            grammar = from.grammar;
            reasoningBudget = from.reasoningBudget;
        }

        /** 0 (until the context is full) or more; 512 by default. See {@link GenerationOptions#maxTokens}. */
        public Builder maxTokens(int tokens) {
            maxTokens = tokens;
            return this;
        }

        /** 0 (greedy, the default) to 100. See {@link GenerationOptions#temperature}. */
        public Builder temperature(float value) {
            temperature = value;
            return this;
        }

        /** 0 (off, the default) or more. See {@link GenerationOptions#topK}. */
        public Builder topK(int k) {
            topK = k;
            return this;
        }

        /** More than 0, at most 1 (off, the default). See {@link GenerationOptions#topP}. */
        public Builder topP(float p) {
            topP = p;
            return this;
        }

        /** 0 (off, the default) to 1. See {@link GenerationOptions#minP}. */
        public Builder minP(float p) {
            minP = p;
            return this;
        }

        /** More than 0, at most 100; 1 (off) by default. See {@link GenerationOptions#repeatPenalty}. */
        public Builder repeatPenalty(float penalty) {
            repeatPenalty = penalty;
            return this;
        }

        /** -100 to 100; 0 (off) by default. See {@link GenerationOptions#presencePenalty}. */
        public Builder presencePenalty(float penalty) {
            presencePenalty = penalty;
            return this;
        }

        /** -100 to 100; 0 (off) by default. See {@link GenerationOptions#frequencyPenalty}. */
        public Builder frequencyPenalty(float penalty) {
            frequencyPenalty = penalty;
            return this;
        }

        /** Any number; 0 by default. See {@link GenerationOptions#seed}. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Strings of at least one character; none by default. See {@link GenerationOptions#stop}. */
        public Builder stop(String... strings) {
            stop = List.of(strings);
            return this;
        }

        /** Numbers or negative infinity by token id; none by default. See {@link GenerationOptions#logitBias}. */
        public Builder logitBias(Map<Integer, Float> biases) {
            logitBias = biases;
            return this;
        }

        /** -1 (off, the default) to {@link #MAX_LOGPROBS}. See {@link GenerationOptions#logprobs}. */
        public Builder logprobs(int alternatives) {
            logprobs = alternatives;
            return this;
        }

        /** None by default. See {@link GenerationOptions#grammar}. */
        public Builder grammar(Grammar texts) {
            grammar = Optional.of(texts);
            return this;
        }

        /** -1 (no limit, the default) or more. See {@link GenerationOptions#reasoningBudget}. */
        public Builder reasoningBudget(int tokens) {
            reasoningBudget = tokens;
            return this;
        }

        /** @throws RequestException if an option is out of its bounds: the message names both */
        public GenerationOptions build() {
            return new GenerationOptions(this);
        }
    }
}
