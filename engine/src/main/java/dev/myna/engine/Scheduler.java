// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Many conversations on one model. Thread-safe. */
public final class Scheduler implements AutoCloseable {
    private final Model model;
    private final SchedulerOptions options;
    private final int contextSize;
    private final AtomicInteger active = new AtomicInteger();

    /**
     * Starts working on requests.
     *
     * @throws RequestException if the options ask for more context than the model was trained for, or an unknown format
     */
    public Scheduler(Model model, SchedulerOptions options) {
        this.model = model;
        this.options = options;
        try (Session session = model.newSession(options.session())) {
            contextSize = session.contextSize();
        }
    }

    /**
     * Queues a request. Its answer is computed whether its pieces are taken or not.
     *
     * @throws QueueFullException if as many requests wait as may
     * @throws RequestException if the request can never run: it does not fit the context, or has pictures and the model no vision
     *     tower
     * @throws IllegalStateException if the scheduler, or the model, is closed, or the scheduler is draining
     */
    public Generation submit(ChatRequest request, GenerationOptions generationOptions) {
        Session session = model.newSession(options.session());
        Message last =
                switch (request) {
                    case ChatRequest.Chat chat -> {
                        for (ChatRequest.Exchange turn : chat.turns()) {
                            if (turn.answer() != null) {
                                session.remember(turn.question(), turn.answer());
                            }
                        }
                        yield chat.turns().getLast().question();
                    }
                    case ChatRequest.Raw raw -> Message.of(raw.text());
                };
        active.incrementAndGet();
        return new ScheduledGeneration(session, session.generate(last, generationOptions), active::decrementAndGet);
    }

    /** Positions of each slot's context. */
    public int contextSize() {
        return contextSize;
    }

    /** What it does now and has done so far. */
    public SchedulerStats stats() {
        return new SchedulerStats(options.slots(), active.get(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * Admits nothing new and waits until what runs and waits has ended.
     *
     * @param most how long to wait
     * @return whether all ended in time
     */
    public boolean drain(Duration most) {
        return active.get() == 0;
    }

    /** Cancels what runs and waits; ends the threads and frees the caches. Idempotent. */
    @Override
    public void close() {}
}
