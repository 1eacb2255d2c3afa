// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.sampling.Sampler;
import dev.myna.engine.text.Utf8Stream;
import java.util.List;
import java.util.NoSuchElementException;

/** An answer that the thread computes which asks for its pieces. */
final class SessionGeneration implements Generation {
    private final Session session;
    private final Prompt prompt;
    private final GenerationOptions options;
    private final Sampler sampler;
    private final Utf8Stream stream;
    private final int[] stopIds;
    private final StringBuilder answer = new StringBuilder();
    private final StringBuilder ready = new StringBuilder();

    private boolean started;
    private int lastToken;
    private volatile boolean closeRequested;
    private FinishReason finishReason;
    private int reused;
    private int generated;
    private long imageNanos;
    private long promptNanos;
    private long generationNanos;

    SessionGeneration(Session session, Prompt prompt, GenerationOptions options) {
        this.session = session;
        this.prompt = prompt;
        this.options = options;
        this.sampler = new Sampler(options, session.model().tokenizer());
        this.stream = new Utf8Stream(options.stop(), Utf8Stream.Unit.CODE_POINT);
        prompt.tokens().forEach(sampler::accept);
        this.stopIds = session.format().stopIds(session.model().tokenizer());
    }

    @Override
    public List<float[]> routers() {
        return session.routers(prompt);
    }

    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && finishReason == null) {
            step();
        }
        return !ready.isEmpty();
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the answer has ended");
        }
        String piece = ready.toString();
        ready.setLength(0);
        return piece;
    }

    /** Generates one token, or processes the prompt. */
    private void step() {
        if (cancelled()) {
            finish(FinishReason.CANCELLED);
            return;
        }
        if (!started) {
            started = true;
            if (!session.prefill(prompt, this)) {
                finish(FinishReason.CANCELLED);
                return;
            }
        } else if (session.contextUsed() == session.contextSize()) {
            finish(FinishReason.LENGTH);
            return;
        } else {
            long start = System.nanoTime();
            session.feed(lastToken);
            generationNanos += System.nanoTime() - start;
        }
        int token = sampler.next(session.logits());
        lastToken = token;
        generated++;
        if (endsAnswer(token)) {
            finish(FinishReason.STOP);
            return;
        }
        emit(stream.accept(session.model().tokenizer().bytes(token)));
        if (stream.stopped()) {
            finish(FinishReason.STOP);
        } else if (generated == options.maxTokens()) {
            finish(FinishReason.LENGTH);
        }
    }

    private boolean endsAnswer(int token) {
        for (int stop : stopIds) {
            if (token == stop) {
                return true;
            }
        }
        return session.model().tokenizer().isEndOfGeneration(token);
    }

    private void emit(String text) {
        if (!text.isEmpty()) {
            ready.append(text);
            answer.append(text);
        }
    }

    private void finish(FinishReason reason) {
        if (finishReason == null) {
            emit(stream.finish());
            finishReason = reason;
        }
    }

    Prompt prompt() {
        return prompt;
    }

    /** The answer so far: a later turn's prompt repeats it. */
    String answer() {
        return answer.toString().stripTrailing();
    }

    boolean cancelled() {
        return closeRequested || Thread.currentThread().isInterrupted();
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
        return finishReason;
    }

    @Override
    public Stats stats() {
        return new Stats(
                prompt.size(), reused, prompt.pictureRows(), generated, imageNanos, promptNanos, generationNanos);
    }

    @Override
    public List<TokenChoice> choices() {
        return List.of();
    }

    /** Stops generating within one token. What has been generated stays part of the conversation. Idempotent. */
    @Override
    public void close() {
        closeRequested = true;
    }
}
