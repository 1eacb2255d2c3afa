// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.error.RequestException;
import dev.myna.kernels.KvCache;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** A KV cache and what each of its positions holds, so that a later prompt finds the beginning that it shares. For one thread. */
final class Sequence implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final KvCache cache;
    private final long[] keys;
    /** The rotary position that text behind each position has: an image may take fewer of these than places in the cache. */
    private final int[] next;

    private int count;

    /**
     * @param maxRows rows in one pass, at most
     * @throws RequestException if the model's heads do not fit the cache's number formats
     */
    Sequence(SessionSetup frame, int maxRows) {
        try {
            keys = new long[frame.contextSize()];
            next = new int[frame.contextSize()];
            cache = frame.newCache(arena, maxRows);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    KvCache cache() {
        return cache;
    }

    /** Positions in use. */
    int count() {
        return count;
    }

    /** The rotary position of a token that follows. */
    int nextRotary() {
        return count == 0 ? 0 : next[count - 1];
    }

    /** Notes that a token was stored at the next position. */
    void append(int token) {
        append(Prompt.Token.key(token), nextRotary());
    }

    private void append(long key, int rotary) {
        next[count] = Math.max(nextRotary(), rotary + 1);
        keys[count++] = key;
    }

    /** Notes that the next {@code rows} positions of a prompt were stored. */
    void append(Prompt prompt, int rows) {
        for (int i = 0; i < rows; i++) {
            append(prompt.entry(count).key(), prompt.positions().last(count));
        }
    }

    /** Forgets the positions from {@code position} on. */
    void rewind(int position) {
        count = position;
    }

    /** How many positions of a prompt, but not the last, are at the beginning of this cache, if it can go on behind them. */
    int shared(Prompt prompt) {
        return usable(prompt.shared(keys, count));
    }

    /** As {@link #shared}, so that more than {@code few} positions of the prompt are left. */
    int reusable(Prompt prompt, int few) {
        return usable(PromptWriter.reusable(prompt.shared(keys, count), prompt, few));
    }

    /** Layers with a window may have dropped what a row behind these positions looks at. */
    private int usable(int positions) {
        return cache.canContinueAt(positions) ? positions : 0;
    }

    /** The tokens at the first {@code positions} positions. */
    int[] tokens(int positions) {
        return Arrays.stream(keys, 0, positions).mapToInt(key -> (int) key).toArray();
    }

    /** What is in this cache, followed by tokens. */
    Prompt continuedBy(int[] ids) {
        return Prompt.continuing(keys, count, nextRotary(), ids);
    }

    /** Takes over what the first {@code positions} of another sequence hold, whose cache has been copied. */
    void copyKeys(Sequence from, int positions) {
        System.arraycopy(from.keys, 0, keys, 0, positions);
        System.arraycopy(from.next, 0, next, 0, positions);
        count = positions;
    }

    /** Frees the cache. */
    @Override
    public void close() {
        arena.close();
    }
}
