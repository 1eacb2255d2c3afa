// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

/**
 * One conversation with a {@link Model}: owns the KV cache and scratch memory. Single-threaded; closing it frees its memory.
 */
public final class Session implements AutoCloseable {
    Session() {}

    /**
     * Adds a user turn and starts the answer. Unfinished generation of the previous turn is cancelled first.
     *
     * @throws RequestException if the conversation does not fit the context, or has pictures and the model no vision tower
     */
    public Generation generate(Message message, GenerationOptions options) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Takes the last turn (question and answer) back and returns its question, or null if there is none. */
    public Message undo() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Forgets the conversation. */
    public void clear() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Positions the context holds. */
    public int contextSize() {
        throw new UnsupportedOperationException("not written yet");
    }

    /** Positions in use. */
    public int contextUsed() {
        throw new UnsupportedOperationException("not written yet");
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("not written yet");
    }
}
