// SPDX-License-Identifier: Apache-2.0
package dev.myna.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.myna.engine.Generation;
import dev.myna.engine.Generation.FinishReason;
import dev.myna.engine.tools.AnswerEvent;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One answer that is published to one subscriber, from a virtual thread of its own, as the subscriber asks for it. */
final class PublishedAnswer implements Subscription {
    private final Answering answering;
    private final ChatRequest request;
    private final Subscriber<? super ChatModelStreamingEvent> subscriber;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, as all that follows. */
    private long requested;

    private boolean cancelled;
    private IllegalArgumentException misuse;
    private Generation generation;

    PublishedAnswer(Answering answering, ChatRequest request, Subscriber<? super ChatModelStreamingEvent> subscriber) {
        this.answering = answering;
        this.request = request;
        this.subscriber = Objects.requireNonNull(subscriber);
    }

    /** The model is asked at once; nothing is published before it is requested. */
    void start() {
        subscriber.onSubscribe(this);
        Thread.ofVirtual().name("myna-publisher").start(this::publish);
    }

    private void publish() {
        try (Generation started = answering.start(request)) {
            if (attach(started) && stream(started) && !isCancelled()) {
                subscriber.onComplete();
            }
        } catch (RuntimeException e) {
            if (!isCancelled()) {
                subscriber.onError(misuse != null ? misuse : Problems.translated(e));
            }
        }
    }

    /** Publishes the answer; false if the subscriber wants no more of it. */
    private boolean stream(Generation started) {
        StringBuilder text = new StringBuilder();
        List<AnswerEvent> events = started.nextEvents();
        while (!events.isEmpty()) {
            for (AnswerEvent event : events) {
                if (!published(event, text)) {
                    return false;
                }
            }
            events = started.nextEvents();
        }
        for (CompleteToolCall call : ToolCalls.complete(started.message())) {
            if (!deliver(call)) {
                return false;
            }
        }
        if (!isCancelled() && started.finishReason() == FinishReason.CANCELLED) {
            throw new IllegalStateException("the scheduler was closed before the answer was complete");
        }
        return deliver(
                new CompleteResponse(answering.response(started, text.toString().stripTrailing())));
    }

    /** Calls are published when they are complete. */
    private boolean published(AnswerEvent event, StringBuilder text) {
        return switch (event) {
            case AnswerEvent.Content(String piece) -> {
                text.append(piece);
                yield deliver(new PartialResponse(piece));
            }
            case AnswerEvent.Reasoning(String piece) -> deliver(new PartialThinking(piece));
            case AnswerEvent.Call _, AnswerEvent.Arguments _ -> true;
        };
    }

    /** A subscriber that throws has broken the rules, and is not called again (Reactive Streams, rule 2.13). */
    private boolean deliver(ChatModelStreamingEvent event) {
        if (!awaitDemand()) {
            return false;
        }
        try {
            subscriber.onNext(event);
            return true;
        } catch (RuntimeException e) {
            cancel();
            return false;
        }
    }

    private boolean attach(Generation started) {
        lock.lock();
        try {
            generation = started;
            return !cancelled;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until an event may be published; false if none may any more. */
    private boolean awaitDemand() {
        lock.lock();
        try {
            while (requested == 0 && !cancelled && misuse == null) {
                changed.awaitUninterruptibly();
            }
            if (misuse != null) {
                throw misuse;
            }
            if (cancelled) {
                return false;
            }
            if (requested != Long.MAX_VALUE) {
                requested--;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isCancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void request(long n) {
        lock.lock();
        try {
            if (n <= 0) {
                misuse = new IllegalArgumentException("a subscriber must request 1 or more, not " + n);
            } else {
                requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cancel() {
        lock.lock();
        try {
            cancelled = true;
            if (generation != null) {
                generation.close();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
