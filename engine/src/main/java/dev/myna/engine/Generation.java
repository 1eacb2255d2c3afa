// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.Iterator;

/**
 * One answer while it is being generated: an iterator of text pieces (whole characters, never half a surrogate pair). Ask for
 * the next piece to make the model work; {@link #close} or interrupting the thread stops it within one token. Belongs to its
 * session's thread; only {@link #close} may be called from another.
 */
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

    Generation() {}

    @Override
    public boolean hasNext() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** The next non-empty piece of text. Generates as many tokens as it takes. */
    @Override
    public String next() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** This iterator: for {@code for (String piece : generation)}. */
    @Override
    public Iterator<String> iterator() {
        return this;
    }

    /** Runs to the end and returns everything not yet taken by {@link #next}, as one string, without trailing whitespace. */
    public String text() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Why the answer ended, or null while it has not. */
    public FinishReason finishReason() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Counts and times so far. */
    public Stats stats() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Stops generating. What has been generated stays part of the conversation. Idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("not written yet");
    }
}
