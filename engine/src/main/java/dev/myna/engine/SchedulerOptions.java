// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.util.Objects;

/**
 * How to run a {@link Scheduler}.
 *
 * @param slots requests that are worked on at once, 1 to 256
 * @param queueLength most requests that may wait for a slot; 0 refuses what cannot start at once
 * @param session context size of each slot, number formats of its cache, prompt format and treatment of images
 * @param promptChunk most prompt positions in one pass, besides one position of each running answer: the smaller, the smoother
 *     answers run while a prompt is read
 * @param prefixBytes most bytes of KV caches that are kept of finished requests, for later ones that begin alike; 0 keeps none
 * @param exact whether an answer is, bit for bit, what it would be if it ran alone. Without, more than {@link
 *     dev.myna.kernels.Device#fewRows} answers, and prompts beside them, are computed in one pass: faster then, and different by
 *     rounding
 */
public record SchedulerOptions(
        int slots, int queueLength, SessionOptions session, int promptChunk, long prefixBytes, boolean exact) {
    public SchedulerOptions {
        check(slots >= 1 && slots <= 256, "slots must be 1 to 256, not " + slots);
        check(queueLength >= 0, "queue length must be 0 or more, not " + queueLength);
        check(promptChunk >= 1 && promptChunk <= 4096, "prompt chunk must be 1 to 4096, not " + promptChunk);
        check(prefixBytes >= 0, "prefix bytes must be 0 or more, not " + prefixBytes);
        Objects.requireNonNull(session);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new RequestException(message);
        }
    }

    /** Four slots, sixty-four waiting, chunks of 256, one GiB of prefixes; exact. */
    public static SchedulerOptions defaults() {
        return new SchedulerOptions(4, 64, SessionOptions.defaults(), 256, 1L << 30, true);
    }

    public SchedulerOptions withSlots(int count) {
        return new SchedulerOptions(count, queueLength, session, promptChunk, prefixBytes, exact);
    }

    public SchedulerOptions withQueueLength(int length) {
        return new SchedulerOptions(slots, length, session, promptChunk, prefixBytes, exact);
    }

    public SchedulerOptions withSession(SessionOptions options) {
        return new SchedulerOptions(slots, queueLength, options, promptChunk, prefixBytes, exact);
    }

    public SchedulerOptions withPromptChunk(int rows) {
        return new SchedulerOptions(slots, queueLength, session, rows, prefixBytes, exact);
    }

    public SchedulerOptions withPrefixBytes(long bytes) {
        return new SchedulerOptions(slots, queueLength, session, promptChunk, bytes, exact);
    }

    public SchedulerOptions withExact(boolean alike) {
        return new SchedulerOptions(slots, queueLength, session, promptChunk, prefixBytes, alike);
    }
}
