// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.GenerationException;
import dev.myna.engine.error.RequestException;
import java.util.concurrent.CancellationException;

/**
 * A sequence of token ids below conversations: no template, no BOS, no sampling. It owns a KV cache and scratch memory. Programs that
 * choose tokens themselves read {@link #logits}; benchmarks measure {@link #append}.
 *
 * <p>For one thread at a time: a second one that calls waits. {@link #close} may be called by any thread at any time, ends what is
 * computed within one step (a layer of the decoder), and then frees the memory.
 */
public interface TokenSequence extends AutoCloseable {
    /**
     * Appends token ids, many of them in one forward call as a prompt is processed, and computes the logits after the last one.
     *
     * @throws RequestException if there are more ids than free positions
     * @throws IllegalArgumentException if an id is not in the vocabulary
     * @throws IllegalStateException if the sequence or the model is closed, also meanwhile
     * @throws CancellationException if the thread is interrupted; it stays so, and some of the ids may have been appended
     * @throws GenerationException if there is too little memory
     */
    void append(int[] ids);

    /** As {@link #append(int[])} with one id, the way an answer's token is processed. Allocates nothing. */
    void append(int id);

    /**
     * Forgets the positions from {@code position} on.
     *
     * @throws IllegalArgumentException if {@code position} is negative or greater than {@link #length}
     */
    void rewind(int position);

    /** Logits after the last position that was appended: [ids of the vocabulary]. The next call of append overwrites the array. */
    float[] logits();

    /** Positions in use. */
    int length();

    /** Positions the context holds. */
    int contextSize();

    /** Bytes of keys and values when every position is in use; they are taken from the system as positions fill. */
    long cacheBytes();

    /**
     * Ends what is computed, within one step, and then frees the KV cache and scratch memory. Idempotent, for any thread; interrupts do
     * not end the wait.
     */
    @Override
    void close();
}
