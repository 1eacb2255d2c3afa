// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import java.util.List;
import java.util.Optional;

/**
 * One conversation with a {@link Model}: owns a KV cache, scratch memory and the rows of its images. A later turn reuses whatever
 * prefix of the prompt is still in the cache.
 *
 * <p>For one thread at a time: a second one that calls waits until the first has returned. Only {@link #close} waits for less: it may
 * be called by any thread at any time, ends what is computed within one step (a layer of the decoder or of the vision tower), and then
 * frees the memory. A {@link Generation} that runs meanwhile ends as {@link Generation.FinishReason#CANCELLED}; other methods end with
 * an {@link IllegalStateException}.
 */
public interface Session extends AutoCloseable {
    /** Positions of a session whose options do not say how many, unless the model was trained for fewer. */
    int LARGEST_DEFAULT_CONTEXT = 4096;

    /**
     * Adds a user's turn and starts the answer; the work begins when the first piece is asked for. Unfinished generation of the
     * previous turn is cancelled first.
     *
     * @throws RequestException if the conversation does not fit the context, or has images and the model no vision tower
     * @throws IllegalStateException if the session is closed
     * @throws dev.myna.loaders.gguf.GgufException if a file of the model became shorter since it was opened
     */
    Generation generate(Message message, GenerationOptions options);

    /**
     * As {@link #generate(Message, GenerationOptions)}, for any messages that want an answer: results of the tools that the last answer
     * called, for example, or a system message and a user's.
     *
     * @throws RequestException also if the last message is an answer, or a result answers no call
     */
    Generation generate(List<ChatMessage> messages, GenerationOptions options);

    /**
     * Adds a finished turn, for example one of a conversation that was held elsewhere. Nothing is computed until the next
     * {@link #generate}.
     *
     * @throws RequestException if the message has images and the model no vision tower
     */
    void remember(Message message, String answer);

    /** Removes the last user's message and all that follows it, and returns it; empty if there is none. */
    Optional<Message> undo();

    /** Forgets the conversation. */
    void clear();

    /** Positions the context holds. */
    int contextSize();

    /** Positions in use. */
    int contextUsed();

    /** Bytes of keys and values when every position is in use; they are taken from the system as positions fill. */
    long cacheBytes();

    /**
     * Ends what is computed, within one step, and then frees the KV cache and scratch memory. Idempotent, for any thread; interrupts do
     * not end the wait.
     */
    @Override
    void close();
}
