// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.myna.engine.grammar.Grammar;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * Parameters of a request for which langchain4j has no names. Each is null where the request does not say; then {@link
 * MynaOptions#generation} does. Bounds are those of {@link dev.myna.engine.GenerationOptions}.
 *
 * {@snippet :
 * ChatRequest request = ChatRequest.builder()
 *         .messages(question)
 *         .parameters(MynaRequestParameters.builder().temperature(0.7).seed(42L).minP(0.05).build())
 *         .build();
 * }
 */
public final class MynaRequestParameters extends DefaultChatRequestParameters {
    private final Long seed;
    private final Double minP;
    private final Double repeatPenalty;
    private final Map<Integer, Float> logitBias;
    private final Grammar grammar;
    private final Integer reasoningBudget;
    private final Map<String, Object> templateArguments;

    private MynaRequestParameters(Builder builder) {
        super(builder);
        seed = builder.seed;
        minP = builder.minP;
        repeatPenalty = builder.repeatPenalty;
        logitBias = builder.logitBias;
        grammar = builder.grammar;
        reasoningBudget = builder.reasoningBudget;
        templateArguments = builder.templateArguments;
    }

    public static Builder builder() {
        return new Builder();
    }

    public Long seed() {
        return seed;
    }

    public Double minP() {
        return minP;
    }

    public Double repeatPenalty() {
        return repeatPenalty;
    }

    /** What is added to the logits of tokens, by their ids. */
    public Map<Integer, Float> logitBias() {
        return logitBias;
    }

    /** The form that the answer must have; excludes a response format. */
    public Grammar grammar() {
        return grammar;
    }

    /** Most tokens of reasoning; -1 for no limit. */
    public Integer reasoningBudget() {
        return reasoningBudget;
    }

    /** Variables of the chat template, such as {@code enable_thinking}. */
    public Map<String, Object> templateArguments() {
        return templateArguments;
    }

    @Override
    public ChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public ChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    private Object[] own() {
        return new Object[] {seed, minP, repeatPenalty, logitBias, grammar, reasoningBudget, templateArguments};
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MynaRequestParameters that && super.equals(other) && Arrays.equals(own(), that.own());
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), Arrays.hashCode(own()));
    }

    /** Parameters to change; {@link #build} makes them. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {
        private Long seed;
        private Double minP;
        private Double repeatPenalty;
        private Map<Integer, Float> logitBias;
        private Grammar grammar;
        private Integer reasoningBudget;
        private Map<String, Object> templateArguments;

        private Builder() {}

        public Builder seed(Long value) {
            seed = value;
            return this;
        }

        public Builder minP(Double value) {
            minP = value;
            return this;
        }

        public Builder repeatPenalty(Double value) {
            repeatPenalty = value;
            return this;
        }

        public Builder logitBias(Map<Integer, Float> biases) {
            logitBias = biases == null ? null : Map.copyOf(biases);
            return this;
        }

        public Builder grammar(Grammar texts) {
            grammar = texts;
            return this;
        }

        public Builder reasoningBudget(Integer tokens) {
            reasoningBudget = tokens;
            return this;
        }

        public Builder templateArguments(Map<String, Object> arguments) {
            templateArguments = arguments == null ? null : Map.copyOf(arguments);
            return this;
        }

        @Override
        public Builder overrideWith(ChatRequestParameters that) {
            Builder ignored = super.overrideWith(that);
            if (that instanceof MynaRequestParameters own) {
                seed = own.seed == null ? seed : own.seed;
                minP = own.minP == null ? minP : own.minP;
                repeatPenalty = own.repeatPenalty == null ? repeatPenalty : own.repeatPenalty;
                logitBias = own.logitBias == null ? logitBias : own.logitBias;
                grammar = own.grammar == null ? grammar : own.grammar;
                reasoningBudget = own.reasoningBudget == null ? reasoningBudget : own.reasoningBudget;
                templateArguments = own.templateArguments == null ? templateArguments : own.templateArguments;
            }
            return this;
        }

        @Override
        public MynaRequestParameters build() {
            return new MynaRequestParameters(this);
        }
    }
}
