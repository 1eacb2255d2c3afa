// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.myna.engine.ChatMessage.Assistant;
import dev.myna.engine.Generation;
import dev.myna.engine.Scheduler;
import java.util.Objects;
import java.util.Set;

/** From langchain4j's requests to answers of the engine, and from those to langchain4j's responses. */
final class Answering {
    static final Set<Capability> CAPABILITIES = Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);

    private final Scheduler scheduler;
    private final MynaOptions options;
    private final Parameters parameters;
    private final Conversations conversations;

    Answering(Scheduler scheduler, MynaOptions options) {
        this.scheduler = Objects.requireNonNull(scheduler);
        this.options = options;
        this.parameters = new Parameters(options.modelName(), options.generation());
        this.conversations = new Conversations(new Images(options.orientation(), options.remoteImages()));
    }

    MynaOptions options() {
        return options;
    }

    Parameters parameters() {
        return parameters;
    }

    /** Queues a request. Parameters are checked before images are decoded. */
    Generation start(ChatRequest request) {
        var generation = parameters.apply(request.parameters());
        return scheduler.submit(
                conversations.read(
                        request.messages(),
                        ToolCalls.use(request.parameters()),
                        Parameters.templateArguments(request.parameters())),
                generation);
    }

    /** @param text the whole answer, without trailing whitespace */
    ChatResponse response(Generation generation, String text) {
        Generation.Stats stats = generation.stats();
        Assistant message = generation.message();
        AiMessage.Builder answer =
                AiMessage.builder().thinking(message.reasoning()).toolExecutionRequests(ToolCalls.requests(message));
        if (!text.isEmpty() || ToolCalls.requests(message).isEmpty()) {
            answer.text(text);
        }
        return ChatResponse.builder()
                .aiMessage(answer.build())
                .modelName(options.modelName())
                .tokenUsage(new TokenUsage(stats.promptTokens(), stats.generatedTokens()))
                .finishReason(
                        switch (generation.finishReason()) {
                            case STOP -> FinishReason.STOP;
                            case TOOL_CALLS -> FinishReason.TOOL_EXECUTION;
                            case LENGTH -> FinishReason.LENGTH;
                            case CANCELLED -> FinishReason.OTHER;
                        })
                .build();
    }
}
