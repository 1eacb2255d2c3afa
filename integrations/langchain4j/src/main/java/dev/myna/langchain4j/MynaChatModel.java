// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.myna.engine.Generation;
import dev.myna.engine.Generation.FinishReason;
import dev.myna.engine.Scheduler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * langchain4j's {@link ChatModel} on a {@link Scheduler} of Myna's, which may serve others at the same time. Thread-safe. Whoever made
 * the scheduler closes it.
 *
 * <p>Text, images ({@code ImageContent} with base64 data, or a {@code data:} or {@code file:} URI) and tools are understood; other
 * contents and parameters that Myna cannot honour are refused by name. Interrupting the calling thread stops the answer.
 */
public final class MynaChatModel implements ChatModel {
    private final Answering answering;

    /**
     * @param scheduler of the model that answers
     * @param options for what requests do not say
     */
    public MynaChatModel(Scheduler scheduler, MynaOptions options) {
        answering = new Answering(scheduler, options);
    }

    /**
     * The answer to a conversation.
     *
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if the request asks for what Myna cannot do
     * @throws dev.langchain4j.exception.InvalidRequestException if a value is out of range, an image cannot be read, or the
     *     conversation does not fit the context
     * @throws dev.langchain4j.exception.RateLimitException if too many requests wait already
     * @throws LangChain4jException if the thread is interrupted, or the model fails
     */
    @Override
    public ChatResponse doChat(ChatRequest request) {
        try (Generation generation = answering.start(request)) {
            String text = generation.text();
            if (generation.finishReason() == FinishReason.CANCELLED) {
                throw new LangChain4jException(
                        "the answer was cancelled: its thread was interrupted, or its scheduler closed");
            }
            return answering.response(generation, text);
        } catch (RuntimeException e) {
            throw Problems.translated(e);
        }
    }

    /** As {@link #doChat}, on a virtual thread. Cancelling the future stops the answer. */
    @Override
    public CompletableFuture<ChatResponse> doChatAsync(ChatRequest request) {
        CompletableFuture<ChatResponse> future = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().name("myna-chat").start(() -> {
            try {
                future.complete(doChat(request));
            } catch (RuntimeException | Error e) {
                future.completeExceptionally(e);
            }
        });
        var _ = future.whenComplete((response, problem) -> {
            if (future.isCancelled()) {
                thread.interrupt();
            }
        });
        return future;
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return answering.parameters().defaults();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return answering.options().listeners();
    }

    /** JSON schemas are enforced by masking tokens. */
    @Override
    public Set<Capability> supportedCapabilities() {
        return Answering.CAPABILITIES;
    }
}
