// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.QueueFullException;
import dev.myna.engine.error.RequestException;
import java.time.Duration;
import java.util.List;

/**
 * Many conversations on one model: a thread decodes all running answers as rows of one batch, and processes new prompts in chunks
 * beside them; another one encodes images. KV caches of finished requests are kept for later requests that begin alike. Thread-safe.
 *
 * <p>{@link #close} may be called by any thread at any time: requests end as {@link Generation.FinishReason#CANCELLED}, what is
 * computed ends within one step (a layer of the decoder or of the vision tower), and when {@code close} returns, threads have ended
 * and caches are freed. If the model is closed first, requests end with {@link IllegalStateException}; close the scheduler all the
 * same.
 */
public interface Scheduler extends AutoCloseable {
    /**
     * Queues a request. Its answer is computed whether its pieces are taken or not.
     *
     * @throws QueueFullException if the queue is full
     * @throws RequestException if the request can never run: it does not fit the context, or has images and the model no vision
     *     tower
     * @throws IllegalStateException if the scheduler or the model is closed, or the scheduler is draining
     * @throws dev.myna.loaders.gguf.GgufException if a file of the model became shorter since it was opened
     */
    Generation submit(ChatRequest request, GenerationOptions options);

    /** Names of the request's template arguments that have no effect. */
    List<String> unreadArguments(ChatRequest.Chat chat);

    /** Positions of each slot's context. */
    int contextSize();

    /** What it does now and has done so far. */
    SchedulerStats stats();

    /**
     * Admits nothing new and waits until what runs and waits has ended. Interrupting the wait ends it.
     *
     * @param max how long to wait
     * @return whether all ended in time
     */
    boolean drain(Duration max);

    /**
     * Cancels what runs and waits; ends the threads and frees the caches. Idempotent, for any thread; interrupts do not end the wait.
     */
    @Override
    void close();
}
