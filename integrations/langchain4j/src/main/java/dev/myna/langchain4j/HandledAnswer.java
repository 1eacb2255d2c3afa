// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialThinkingContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.myna.engine.Generation;
import dev.myna.engine.Generation.FinishReason;
import dev.myna.engine.tools.AnswerEvent;
import java.util.List;

/** One answer whose pieces a handler is given, on the thread that runs this. */
final class HandledAnswer implements Runnable, StreamingHandle {
    private final Answering answering;
    private final ChatRequest request;
    private final StreamingChatResponseHandler handler;
    private volatile boolean cancelled;
    private Generation generation;

    HandledAnswer(Answering answering, ChatRequest request, StreamingChatResponseHandler handler) {
        this.answering = answering;
        this.request = request;
        this.handler = handler;
    }

    @Override
    public void run() {
        try (Generation started = answering.start(request)) {
            generation = started;
            String text = stream();
            if (!cancelled && generation.finishReason() == FinishReason.CANCELLED) {
                throw new IllegalStateException("the scheduler was closed before the answer was complete");
            }
            if (!cancelled) {
                call(() -> handler.onCompleteResponse(answering.response(generation, text)));
            }
        } catch (RuntimeException e) {
            if (!cancelled) {
                report(Problems.translated(e));
            }
        }
    }

    private String stream() {
        PartialResponseContext context = new PartialResponseContext(this);
        StringBuilder text = new StringBuilder();
        List<AnswerEvent> events = cancelled ? List.of() : generation.nextEvents();
        while (!events.isEmpty()) {
            for (AnswerEvent event : events) {
                if (event instanceof AnswerEvent.Content(String piece)) {
                    text.append(piece);
                    call(() -> handler.onPartialResponse(new PartialResponse(piece), context));
                } else if (event instanceof AnswerEvent.Reasoning(String piece)) {
                    call(() -> handler.onPartialThinking(new PartialThinking(piece), new PartialThinkingContext(this)));
                }
                if (cancelled) {
                    return text.toString();
                }
            }
            events = generation.nextEvents();
        }
        for (CompleteToolCall complete : ToolCalls.complete(generation.message())) {
            call(() -> handler.onCompleteToolCall(complete));
        }
        return text.toString().stripTrailing();
    }

    private void call(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            report(e);
        }
    }

    private void report(RuntimeException problem) {
        try {
            handler.onError(problem);
        } catch (RuntimeException e) {
            // A handler that fails to handle an error has nobody left to tell.
        }
    }

    /** From within the handler or any other thread that got hold of this. */
    @Override
    public void cancel() {
        cancelled = true;
        generation.close();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
