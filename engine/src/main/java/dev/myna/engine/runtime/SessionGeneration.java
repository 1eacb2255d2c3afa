// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.engine.tools.AnswerEvent;
import java.util.List;
import java.util.NoSuchElementException;

/** An answer that the thread computes which asks for its pieces. */
final class SessionGeneration implements Generation {
    private final ConversationSession session;
    private final Prompt prompt;
    private final Answer answer;

    /** Events of the answer that were taken. */
    private int taken;

    /** From the end of the prompt on; whoever ends the answer finishes it. */
    private volatile Span decoding = Span.NONE;

    private boolean started;
    private int lastToken;
    private volatile boolean closeRequested;

    /** What ended it before its time: met by whoever asks for more. */
    private Throwable failure;

    private int reused;
    private long imageNanos;
    private long promptNanos;
    private long generationNanos;

    SessionGeneration(ConversationSession session, Prompt prompt, Answer answer) {
        this.session = session;
        this.prompt = prompt;
        this.answer = answer;
    }

    @Override
    public List<float[]> routers() {
        return session.routers(prompt);
    }

    @Override
    public boolean hasNext() {
        while (answer.contentSince(taken).isEmpty()) {
            taken = answer.count();
            if (answer.finishReason() != null) {
                return false;
            }
            step();
        }
        return true;
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the answer has ended");
        }
        String piece = answer.contentSince(taken);
        taken = answer.count();
        return piece;
    }

    @Override
    public List<AnswerEvent> nextEvents() {
        while (answer.count() == taken && answer.finishReason() == null) {
            step();
        }
        List<AnswerEvent> events = answer.since(taken);
        taken = answer.count();
        return events;
    }

    @Override
    public ChatMessage.Assistant message() {
        return answer.message();
    }

    @Override
    public List<String> unenforced() {
        return answer.unenforced();
    }

    /** Generates one token, or processes the prompt. */
    private void step() {
        if (failure != null) {
            throw Failures.rethrow(failure);
        }
        if (!session.beginStep(this)) {
            answer.finish(FinishReason.CANCELLED);
            return;
        }
        try {
            compute();
        } catch (Stopped e) {
            answer.finish(FinishReason.CANCELLED);
        } catch (RuntimeException | Error e) {
            // The cache and the answer do not belong together any more.
            failure = Failures.typed(e);
            throw Failures.rethrow(failure);
        } finally {
            if (failure != null || answer.finishReason() != null) {
                decoding.finish(answer.generated());
            }
            session.endStep();
        }
    }

    private void compute() {
        if (closeRequested || Thread.currentThread().isInterrupted()) {
            answer.finish(FinishReason.CANCELLED);
            return;
        }
        if (!started) {
            started = true;
            if (!session.prefill(prompt, this)) {
                answer.finish(FinishReason.CANCELLED);
                return;
            }
            decoding = FlightEvents.decode(prompt.size());
        } else if (session.contextUsed() == session.contextSize()) {
            answer.finish(FinishReason.LENGTH);
            return;
        } else {
            long start = System.nanoTime();
            session.feed(lastToken);
            generationNanos += System.nanoTime() - start;
        }
        lastToken = answer.next(session.logits(), 0);
    }

    Prompt prompt() {
        return prompt;
    }

    boolean closeRequested() {
        return closeRequested;
    }

    void reused(int positions) {
        reused = positions;
    }

    void imageTime(long nanos) {
        imageNanos += nanos;
    }

    void promptTime(long nanos) {
        promptNanos += nanos;
    }

    @Override
    public FinishReason finishReason() {
        return answer.finishReason();
    }

    @Override
    public Stats stats() {
        return new Stats(
                prompt.size(),
                reused,
                prompt.imageRows(),
                answer.generated(),
                imageNanos,
                promptNanos,
                generationNanos);
    }

    @Override
    public List<TokenChoice> choices() {
        return answer.choices();
    }

    /**
     * Stops generating within one step: a layer of the decoder or of the vision tower. What has been generated stays part of the
     * conversation. Idempotent.
     */
    @Override
    public void close() {
        closeRequested = true;
        decoding.finish(answer.generated());
    }
}
