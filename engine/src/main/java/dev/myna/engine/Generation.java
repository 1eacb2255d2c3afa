// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.sampling.Sampler;
import dev.myna.engine.text.Utf8Stream;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * One answer while it is being generated: an iterator of text pieces (whole characters, never half a surrogate pair). Ask for
 * the next piece to make the model work; {@link #close} or interrupting the thread stops it within one token. Belongs to its
 * session's thread; only {@link #close} may be called from another.
 */
@SuppressWarnings("IterableAndIterator") // read once, and people write for (String piece : generation)
public final class Generation implements Iterator<String>, Iterable<String>, AutoCloseable {

    /** Why an answer ended. */
    public enum FinishReason {
        /** The model said so, or a stop string was met. */
        STOP,
        /** The token limit or the end of the context was reached. */
        LENGTH,
        /** Closed or interrupted. */
        CANCELLED
    }

    /**
     * @param promptTokens positions of the prompt, picture rows included
     * @param cachedTokens of these, positions that were still in the KV cache from earlier turns
     * @param imageTokens of these, picture rows
     * @param generatedTokens tokens generated so far
     * @param imageNanos time spent in the vision tower and projector
     * @param promptNanos time spent on the prompt in the decoder
     * @param generationNanos time spent generating
     */
    public record Stats(
            int promptTokens,
            int cachedTokens,
            int imageTokens,
            int generatedTokens,
            long imageNanos,
            long promptNanos,
            long generationNanos) {}

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

    Generation(Session session, Prompt prompt, GenerationOptions options) {
        this.session = session;
        this.prompt = prompt;
        this.options = options;
        this.sampler = new Sampler(options, session.model().tokenizer());
        this.stream = new Utf8Stream(options.stop(), Utf8Stream.Unit.CODE_POINT);
        prompt.tokens().forEach(sampler::accept);
        this.stopIds = session.format().stopIds(session.model().tokenizer());
    }

    /**
     * Weights of the experts for each picture of the prompt, where the model has a text-guided mixture: known once the first piece
     * is. A picture without experts has none.
     */
    public List<float[]> routers() {
        return session.routers(prompt);
    }

    /** Whether more text comes; generates tokens until that is known. */
    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && finishReason == null) {
            step();
        }
        return !ready.isEmpty();
    }

    /** The next non-empty piece of text. Generates as many tokens as it takes. */
    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the answer has ended");
        }
        String piece = ready.toString();
        ready.setLength(0);
        return piece;
    }

    /** This iterator: for {@code for (String piece : generation)}. */
    @Override
    public Iterator<String> iterator() {
        return this;
    }

    /** Runs to the end and returns everything not yet taken by {@link #next}, without trailing whitespace. */
    public String text() {
        StringBuilder rest = new StringBuilder();
        while (hasNext()) {
            rest.append(next());
        }
        return rest.toString().stripTrailing();
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

    /** Why the answer ended, or null while it has not. */
    public FinishReason finishReason() {
        return finishReason;
    }

    /** Counts and times so far. */
    public Stats stats() {
        return new Stats(
                prompt.size(), reused, prompt.pictureRows(), generated, imageNanos, promptNanos, generationNanos);
    }

    /** Stops generating within one token. What has been generated stays part of the conversation. Idempotent. */
    @Override
    public void close() {
        closeRequested = true;
    }
}
