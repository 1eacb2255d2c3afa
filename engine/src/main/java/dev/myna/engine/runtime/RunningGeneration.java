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

/**
 * An answer that is being computed: one thread adds tokens, one takes the pieces, and any thread may close it. A subclass says how to
 * wait for more: a session's computes it, a scheduler's waits for the scheduler's thread.
 *
 * <p>The lock guards the answer and the counts. It is the last one that a thread takes: whoever holds it calls no session, scheduler
 * or device. The order of all locks is in the description of this package.
 */
abstract class RunningGeneration implements Generation {
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
    private int position; // of the prompt: the next one to be computed
    private int encoded;
    private int toEncode;
    private int layer;
    private int layers;
    private Span prefill; // null where the session's own sequence records it
    private Span decode;

    private volatile boolean ended;

    RunningGeneration(Prompt prompt, Answer answer) {
        this.prompt = prompt;
        this.answer = answer;
    }

    /**
     * Returns when the answer has more than {@code seen} events or has ended; may return earlier. The calling thread does not hold the
     * lock.
     */
    abstract void advance(int seen);

    final Prompt prompt() {
        return prompt;
    }

    /** Whether nothing is to be computed for it any more. */
    final boolean ended() {
        return ended;
    }

    /** Whether it ended with an exception. */
    final boolean failed() {
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
    final int accept(float[] logits, int offset) {
        lock.lock();
        try {
            if (ended) {
                return -1;
            }
            if (decode == null) {
                if (prefill != null) {
                    prefill.finish(prompt.size() - reused);
                }
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
    final boolean end(FinishReason reason) {
        return end(reason, null);
    }

    /** Ends it, unless it has ended, with what its reader shall meet. */
    final void fail(Throwable thrown) {
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

    final void reused(int positions) {
        lock.lock();
        try {
            reused = positions;
            position = positions;
        } finally {
            lock.unlock();
        }
    }

    /** Its prompt is about to be read, or more of it. */
    final void reading() {
        lock.lock();
        try {
            if (prefill == null) {
                prefill = FlightEvents.prefill(reused);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Work on so many images begins. */
    final void encodes(int images) {
        lock.lock();
        try {
            toEncode = images;
        } finally {
            lock.unlock();
        }
    }

    /** The tower begins an image. */
    final void imageBegins(int towerLayers) {
        lock.lock();
        try {
            layer = 0;
            layers = towerLayers;
        } finally {
            lock.unlock();
        }
    }

    /** The tower goes on to its next layer. */
    final void imageLayer() {
        lock.lock();
        try {
            layer = Math.min(layer + 1, layers);
        } finally {
            lock.unlock();
        }
    }

    final void imageEncoded() {
        lock.lock();
        try {
            encoded++;
            layer = 0;
            layers = 0;
        } finally {
            lock.unlock();
        }
    }

    /** The prompt has been read up to here. */
    final void read(int positions) {
        lock.lock();
        try {
            position = Math.clamp(positions, position, prompt.size());
        } finally {
            lock.unlock();
        }
    }

    final void addTimes(long image, long promptTime, long generation) {
        lock.lock();
        try {
            imageNanos += image;
            promptNanos += promptTime;
            generationNanos += generation;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the answer has more than {@code seen} events or has ended.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    final void awaitChange(int seen) throws InterruptedException {
        lock.lock();
        try {
            while (answer.count() == seen && !ended) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final boolean hasNext() {
        while (true) {
            int seen;
            lock.lock();
            try {
                if (!answer.contentSince(taken).isEmpty()) {
                    return true;
                }
                seen = answer.count();
                taken = seen;
                if (ended) {
                    throwFailure();
                    return false;
                }
            } finally {
                lock.unlock();
            }
            advance(seen);
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw Failures.rethrow(failure);
        }
    }

    @Override
    public final String next() {
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
    public final List<AnswerEvent> nextEvents() {
        while (true) {
            int seen;
            lock.lock();
            try {
                seen = answer.count();
                if (seen > taken || ended) {
                    if (seen == taken) {
                        throwFailure();
                    }
                    List<AnswerEvent> events = answer.since(taken);
                    taken = seen;
                    return events;
                }
            } finally {
                lock.unlock();
            }
            advance(seen);
        }
    }

    @Override
    public final ChatMessage.Assistant message() {
        lock.lock();
        try {
            return answer.message();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final List<String> unenforced() {
        return answer.unenforced();
    }

    @Override
    public final FinishReason finishReason() {
        lock.lock();
        try {
            return answer.finishReason();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final Stats stats() {
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
    public final Progress progress() {
        lock.lock();
        try {
            return new Progress(position, prompt.size(), encoded, toEncode, layer, layers);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final List<TokenChoice> choices() {
        lock.lock();
        try {
            return answer.choices();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final List<float[]> routers() {
        return prompt.images().stream()
                .map(image -> image.rows().router().clone())
                .toList();
    }
}
