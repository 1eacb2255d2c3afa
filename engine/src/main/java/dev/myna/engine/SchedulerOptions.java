// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import java.util.List;
import java.util.Objects;

/** How to run a {@link Scheduler}. Immutable. */
public final class SchedulerOptions {
    /** A copy that nobody changes. */
    private final Builder set;

    private SchedulerOptions(Builder from) {
        set = new Builder(from);

        Bounds.check(set.slots >= 1 && set.slots <= 256, "slots", "1 to 256", set.slots);
        Bounds.check(set.queueLength >= 0, "queue length", "0 or more", set.queueLength);
        Bounds.check(set.promptChunk >= 1 && set.promptChunk <= 4096, "prompt chunk", "1 to 4096", set.promptChunk);
        Bounds.check(set.prefixBytes >= 0, "prefix bytes", "0 or more", set.prefixBytes);
    }

    /** Four slots, a queue of 64, prompt chunks of 256 positions, one GiB of prefixes; exact. */
    public static SchedulerOptions defaults() {
        return builder().build();
    }

    /** Begins with {@link #defaults}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with these options. */
    public Builder toBuilder() {
        return new Builder(set);
    }

    /** Requests that are computed at once. */
    public int slots() {
        return set.slots;
    }

    /** Maximum of requests that wait for a slot; 0 refuses what cannot start at once. */
    public int queueLength() {
        return set.queueLength;
    }

    /** Context size of each slot, number formats of its cache, prompt format, system text and treatment of images. */
    public SessionOptions session() {
        return set.session;
    }

    /**
     * Maximum of prompt positions in one forward call of the decoder, besides one position of each running answer. The smaller it is,
     * the smoother answers run while the scheduler reads a prompt.
     */
    public int promptChunk() {
        return set.promptChunk;
    }

    /** Maximum bytes of KV caches that are kept of finished requests, for later prompts that begin alike; 0 keeps none. */
    public long prefixBytes() {
        return set.prefixBytes;
    }

    /**
     * Whether an answer is, bit for bit, what it would be if it ran alone. Without it, more than {@link
     * dev.myna.kernels.Device#fewRows} answers, and prompts beside them, are computed together: faster, and different by rounding.
     */
    public boolean exact() {
        return set.exact;
    }

    private List<Object> values() {
        return List.of(set.slots, set.queueLength, set.session, set.promptChunk, set.prefixBytes, set.exact);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SchedulerOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** For people. */
    @Override
    public String toString() {
        return "SchedulerOptions" + values();
    }

    /** Changes options. {@link #build} checks them. */
    public static final class Builder {
        private int slots = 4;
        private int queueLength = 64;
        private SessionOptions session = SessionOptions.defaults();
        private int promptChunk = 256;
        private long prefixBytes = 1L << 30;
        private boolean exact = true;

        private Builder() {}

        private Builder(Builder from) {
            slots = from.slots;
            queueLength = from.queueLength;
            session = from.session;
            promptChunk = from.promptChunk;
            prefixBytes = from.prefixBytes;
            exact = from.exact;
        }

        /** 1 to 256; 4 by default. See {@link SchedulerOptions#slots}. */
        public Builder slots(int count) {
            slots = count;
            return this;
        }

        /** 0 or more; 64 by default. See {@link SchedulerOptions#queueLength}. */
        public Builder queueLength(int length) {
            queueLength = length;
            return this;
        }

        /** {@link SessionOptions#defaults} by default. See {@link SchedulerOptions#session}. */
        public Builder session(SessionOptions options) {
            session = Objects.requireNonNull(options);
            return this;
        }

        /** 1 to 4096; 256 by default. See {@link SchedulerOptions#promptChunk}. */
        public Builder promptChunk(int positions) {
            promptChunk = positions;
            return this;
        }

        /** 0 or more; one GiB by default. See {@link SchedulerOptions#prefixBytes}. */
        public Builder prefixBytes(long bytes) {
            prefixBytes = bytes;
            return this;
        }

        /** True by default. See {@link SchedulerOptions#exact}. */
        public Builder exact(boolean alike) {
            exact = alike;
            return this;
        }

        /** @throws RequestException if an option is out of its bounds: the message names both */
        public SchedulerOptions build() {
            return new SchedulerOptions(this);
        }
    }
}
