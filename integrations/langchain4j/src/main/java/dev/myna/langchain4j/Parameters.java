// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.grammar.Grammar;
import java.util.Map;

/** langchain4j's names for the options of an answer. */
final class Parameters {
    private final String modelName;
    private final GenerationOptions usual;

    Parameters(String modelName, GenerationOptions usual) {
        this.modelName = modelName;
        this.usual = usual;
    }

    /** What holds for requests that do not say, for listeners to see. */
    ChatRequestParameters defaults() {
        return MynaRequestParameters.builder()
                .modelName(modelName)
                .temperature((double) usual.temperature())
                .topP((double) usual.topP())
                .topK(usual.topK() == 0 ? null : usual.topK())
                .presencePenalty((double) usual.presencePenalty())
                .frequencyPenalty((double) usual.frequencyPenalty())
                .maxOutputTokens(usual.maxTokens() == 0 ? null : usual.maxTokens())
                .stopSequences(usual.stop())
                .build();
    }

    /** The options that a request asks for. */
    GenerationOptions apply(ChatRequestParameters asked) {
        if (asked.modelName() != null && !asked.modelName().equals(modelName)) {
            throw new InvalidRequestException(
                    "the model '" + asked.modelName() + "' was asked for, but this one is '" + modelName + "'");
        }
        GenerationOptions.Builder options = usual.toBuilder();
        if (asked.temperature() != null) {
            options.temperature(asked.temperature().floatValue());
        }
        if (asked.topP() != null) {
            options.topP(asked.topP().floatValue());
        }
        if (asked.topK() != null) {
            options.topK(asked.topK());
        }
        if (asked.presencePenalty() != null) {
            options.presencePenalty(asked.presencePenalty().floatValue());
        }
        if (asked.frequencyPenalty() != null) {
            options.frequencyPenalty(asked.frequencyPenalty().floatValue());
        }
        if (asked.maxOutputTokens() != null) {
            if (asked.maxOutputTokens() < 1) {
                throw new InvalidRequestException("maxOutputTokens must be 1 or more, not " + asked.maxOutputTokens());
            }
            options.maxTokens(asked.maxOutputTokens());
        }
        if (!asked.stopSequences().isEmpty()) {
            options.stop(asked.stopSequences().toArray(String[]::new));
        }
        if (asked instanceof MynaRequestParameters own) {
            apply(own, options);
        }
        return format(options.build(), asked.responseFormat());
    }

    private static void apply(MynaRequestParameters asked, GenerationOptions.Builder options) {
        if (asked.seed() != null) {
            options.seed(asked.seed());
        }
        if (asked.minP() != null) {
            options.minP(asked.minP().floatValue());
        }
        if (asked.repeatPenalty() != null) {
            options.repeatPenalty(asked.repeatPenalty().floatValue());
        }
        if (asked.logitBias() != null) {
            options.logitBias(asked.logitBias());
        }
        if (asked.grammar() != null) {
            options.grammar(asked.grammar());
        }
        if (asked.reasoningBudget() != null) {
            options.reasoningBudget(asked.reasoningBudget());
        }
    }

    /** Variables of the chat template that a request gives. */
    static Map<String, Object> templateArguments(ChatRequestParameters asked) {
        return asked instanceof MynaRequestParameters own && own.templateArguments() != null
                ? own.templateArguments()
                : Map.of();
    }

    private static GenerationOptions format(GenerationOptions options, ResponseFormat format) {
        if (format == null || format.type() == ResponseFormatType.TEXT) {
            return options;
        }
        if (options.grammar().isPresent()) {
            throw new InvalidRequestException("a response format and a grammar exclude each other: give one");
        }
        return options.toBuilder()
                .grammar(
                        format.jsonSchema() == null
                                ? Grammar.json()
                                : Grammar.jsonSchema(JsonSchemaElementUtils.toMap(
                                        format.jsonSchema().rootElement())))
                .build();
    }
}
