// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.myna.engine.Scheduler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow.Publisher;

/**
 * langchain4j's {@link StreamingChatModel} on a {@link Scheduler} of Myna's: as {@link MynaChatModel}, but the text comes in pieces of
 * whole characters, as the model writes it. Thread-safe.
 */
public final class MynaStreamingChatModel implements StreamingChatModel {
    private final Answering answering;

    /**
     * @param scheduler of the model that answers
     * @param options for what requests do not say
     */
    public MynaStreamingChatModel(Scheduler scheduler, MynaOptions options) {
        answering = new Answering(scheduler, options);
    }

    /**
     * Answers on a virtual thread, which also calls the handler: {@code onPartialResponse} for each piece, then
     * {@code onCompleteResponse}; or {@code onError}, with the exceptions of {@link MynaChatModel#doChat}, also for a request that is
     * refused. What a handler throws goes to its {@code onError}, and the stream goes on. After {@code StreamingHandle.cancel} the model
     * stops within one token and the handler is not called any more.
     */
    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        Thread.ofVirtual().name("myna-stream").start(new HandledAnswer(answering, request, handler));
    }

    /**
     * A cold publisher: every subscription asks the model anew. It publishes a {@code PartialResponse} for each piece and one
     * {@code CompleteResponse}, on a virtual thread, never more than were requested; what the model writes in the meantime waits.
     * Cancelling the subscription stops the model within one token.
     */
    @Override
    public Publisher<ChatModelStreamingEvent> doChat(ChatRequest request) {
        return subscriber -> new PublishedAnswer(answering, request, subscriber).start();
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
