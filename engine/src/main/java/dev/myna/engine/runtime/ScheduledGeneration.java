// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.ChatMessage;
import dev.myna.engine.Generation;
import dev.myna.engine.events.FlightEvents;
import dev.myna.engine.events.Span;
import dev.myna.engine.tools.AnswerEvent;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** An answer that a scheduler computes, on its own thread; others take the pieces, and may close it. */
final class ScheduledGeneration implements Generation {
    private final BatchScheduler scheduler;
    private final Prompt prompt;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final Answer answer;
    private int taken;
    private Throwable failure;
    private int reused;
    private long imageNanos;
    private long promptNanos;
    private long generationNanos;
    private Span prefill;
    private Span decode;

    private volatile boolean ended;

    ScheduledGeneration(BatchScheduler scheduler, Prompt prompt, Answer answer) {
        this.scheduler = scheduler;
        this.prompt = prompt;
        this.answer = answer;
    }

    Prompt prompt() {
        return prompt;
    }

    /** Whether nothing is to be computed for it any more. */
    boolean ended() {
        return ended;
    }

    /** Whether it ended with an exception. */
    boolean failed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the logits after the latest position.
     *
     * @return the chosen token, or -1 if it ended before or with it
     */
    int accept(float[] logits, int offset) {
        lock.lock();
        try {
            if (ended) {
                return -1;
            }
            if (decode == null) {
                prefill.finish(prompt.size() - reused);
                decode = FlightEvents.decode(prompt.size());
            }
            int token = answer.next(logits, offset);
            ended = answer.finishReason() != null;
            if (ended) {
                decode.finish(answer.generated());
            }
            changed.signalAll();
            return ended ? -1 : token;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it, unless it has ended; returns whether it had not. */
    boolean end(FinishReason reason) {
        return end(reason, null);
    }

    /** Ends it, unless it has ended, with what its reader shall meet. */
    void fail(Throwable thrown) {
        end(null, Failures.typed(thrown));
    }

    private boolean end(FinishReason reason, Throwable thrown) {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            ended = true;
            failure = thrown;
            if (thrown == null) {
                answer.finish(reason);
            }
            if (decode != null) {
                decode.finish(answer.generated());
            }
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void reused(int positions) {
        lock.lock();
        try {
            reused = positions;
        } finally {
            lock.unlock();
        }
    }

    /** Its prompt is about to be read, or more of it. */
    void reading() {
        lock.lock();
        try {
            if (prefill == null) {
                prefill = FlightEvents.prefill(reused);
            }
        } finally {
            lock.unlock();
        }
    }

    void addTimes(long image, long promptTime, long generation) {
        lock.lock();
        try {
            imageNanos += image;
            promptNanos += promptTime;
            generationNanos += generation;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean hasNext() {
        lock.lock();
        try {
            while (answer.contentSince(taken).isEmpty()) {
                taken = answer.count();
                if (ended) {
                    throwFailure();
                    return false;
                }
                changed.await();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        close();
        return false;
    }

    private void throwFailure() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the answer has ended");
        }
        lock.lock();
        try {
            String piece = answer.contentSince(taken);
            taken = answer.count();
            return piece;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<AnswerEvent> nextEvents() {
        lock.lock();
        try {
            while (answer.count() == taken && !ended) {
                changed.await();
            }
            if (answer.count() == taken) {
                throwFailure();
            }
            List<AnswerEvent> events = answer.since(taken);
            taken = answer.count();
            return events;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        close();
        return List.of();
    }

    @Override
    public ChatMessage.Assistant message() {
        lock.lock();
        try {
            return answer.message();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> unenforced() {
        return answer.unenforced();
    }

    @Override
    public FinishReason finishReason() {
        lock.lock();
        try {
            return answer.finishReason();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Stats stats() {
        lock.lock();
        try {
            return new Stats(
                    prompt.size(),
                    reused,
                    prompt.imageRows(),
                    answer.generated(),
                    imageNanos,
                    promptNanos,
                    generationNanos);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<TokenChoice> choices() {
        lock.lock();
        try {
            return answer.choices();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<float[]> routers() {
        return prompt.images().stream()
                .map(image -> image.rows().router().clone())
                .toList();
    }

    @Override
    public void close() {
        if (end(FinishReason.CANCELLED)) {
            scheduler.wake();
        }
    }
}
