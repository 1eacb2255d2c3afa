// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.runtime;

import dev.myna.engine.ChatRequest;
import dev.myna.engine.Generation;
import dev.myna.engine.GenerationOptions;
import dev.myna.engine.Scheduler;
import dev.myna.engine.SchedulerOptions;
import dev.myna.engine.SchedulerStats;
import dev.myna.engine.error.QueueFullException;
import dev.myna.engine.prompt.Conversation;
import dev.myna.engine.prompt.Turn;
import dev.myna.engine.tools.ToolUse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Works on many requests: one thread computes rounds ({@link DecoderRounds}), another one encodes images ({@link ImageThread}).
 */
final class BatchScheduler implements Scheduler {
    /** Bytes of images' rows that are kept beside KV caches, at most: those of some fifty images of 576 rows of 4096. */
    private static final long IMAGE_BYTES = 512L << 20;

    private final LoadedModel model;
    private final SchedulerOptions options;
    private final SessionSetup frame;
    private final SessionSetup rawFrame;
    private final ImageStore images;
    private final CachePool caches;
    private final DecoderRounds rounds;
    private final ImageThread imageThread;
    private final Thread thread;
    private final Counters counters = new Counters();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition idle = lock.newCondition();

    // Guarded by the lock; slots change on the scheduler's thread only.
    private final Deque<RunningGeneration> waiting = new ArrayDeque<>();
    private final List<Slot> slots = new ArrayList<>();
    private boolean draining;
    private boolean closed;

    /** What {@link SchedulerStats} counts. */
    static final class Counters {
        final LongAdder submitted = new LongAdder();
        final LongAdder refused = new LongAdder();
        final LongAdder finished = new LongAdder();
        final LongAdder cancelled = new LongAdder();
        final LongAdder failed = new LongAdder();
        final LongAdder prompt = new LongAdder();
        final LongAdder reused = new LongAdder();
        final LongAdder generated = new LongAdder();
        final LongAdder passes = new LongAdder();
        final LongAdder passRows = new LongAdder();

        /** Counts how a request ended. */
        void ended(RunningGeneration generation) {
            if (generation.failed()) {
                failed.increment();
            } else if (generation.finishReason() == Generation.FinishReason.CANCELLED) {
                cancelled.increment();
            } else {
                finished.increment();
            }
        }
    }

    /** An answer of a request: the scheduler's thread computes it, others wait for its pieces. */
    private final class ScheduledGeneration extends RunningGeneration {
        ScheduledGeneration(Prompt prompt, Answer answer) {
            super(prompt, answer);
        }

        @Override
        void advance(int seen) {
            try {
                awaitChange(seen);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
            }
        }

        @Override
        public void close() {
            if (end(FinishReason.CANCELLED)) {
                wake();
            }
        }
    }

    BatchScheduler(LoadedModel model, SchedulerOptions options) {
        this.model = model;
        this.options = options;
        frame = SessionSetup.of(model, options.session());
        rawFrame = SessionSetup.plain(model, options.session());
        images = new ImageStore(model, options.session(), IMAGE_BYTES);
        ReentrantLock device = new ReentrantLock(true);
        model.enter();
        try {
            frame.requireCache();
            rounds = new DecoderRounds(frame, options, device, counters);
            caches = new CachePool(frame, options.prefixBytes(), rounds.promptRows());
        } finally {
            model.exit();
        }
        try {
            imageThread = new ImageThread(model, images, device, this::wake);
        } catch (RuntimeException | Error e) {
            rounds.close();
            throw e;
        }
        try {
            thread = Thread.ofPlatform().name("myna-scheduler").daemon().start(this::run);
        } catch (RuntimeException | Error e) {
            imageThread.close();
            rounds.close();
            throw e;
        }
    }

    @Override
    public Generation submit(ChatRequest request, GenerationOptions generationOptions) {
        requireRoom();
        model.requireOpen();
        model.requireWholeFiles();
        RunningGeneration generation = prepare(request, generationOptions);
        lock.lock();
        try {
            requireRoom();
            waiting.add(generation);
            counters.submitted.increment();
            changed.signal();
            return generation;
        } finally {
            lock.unlock();
        }
    }

    /** Looked at before the work of preparing a request, and again after it. */
    private void requireRoom() {
        lock.lock();
        try {
            if (closed || draining) {
                throw new IllegalStateException(
                        closed ? "the scheduler is closed" : "the scheduler takes no more requests");
            }
            removeEnded();
            if (waiting.size() >= options.queueLength() + options.slots() - slots.size()) {
                counters.refused.increment();
                throw new QueueFullException("all " + options.slots() + " slots are taken and " + options.queueLength()
                        + " requests wait already; try again later");
            }
        } finally {
            lock.unlock();
        }
    }

    private RunningGeneration prepare(ChatRequest request, GenerationOptions generationOptions) {
        Prompt prompt = switch (request) {
            case ChatRequest.Chat chat -> prompt(chat);
            case ChatRequest.Raw raw -> {
                List<Turn> turns = List.of(new Turn(0, raw.text(), null));
                yield rawFrame.prompt(new Conversation(null, turns), List.of(), images);
            }
        };
        frame.requireFits(prompt);
        Answer answer = switch (request) {
            case ChatRequest.Chat chat -> new Answer(generationOptions, frame, prompt, tools(chat));
            case ChatRequest.Raw _ -> new Answer(generationOptions, rawFrame, prompt, ToolUse.NONE);
        };
        return new ScheduledGeneration(prompt, answer);
    }

    /** The request's tools, or else the session's. */
    private ToolUse tools(ChatRequest.Chat chat) {
        return chat.tools().equals(ToolUse.NONE) ? frame.options().tools() : chat.tools();
    }

    private Prompt prompt(ChatRequest.Chat chat) {
        List<PromptImage> shown = images.ofPrompt(SessionSetup.images(chat.messages()));
        Conversation conversation = frame.conversation(chat.messages(), tools(chat), chat.templateArguments());
        return frame.prompt(conversation, shown, images);
    }

    @Override
    public List<String> unreadArguments(ChatRequest.Chat chat) {
        return frame.unread(chat.templateArguments());
    }

    @Override
    public int contextSize() {
        return frame.contextSize();
    }

    @Override
    public SchedulerStats stats() {
        lock.lock();
        try {
            removeEnded();
            return new SchedulerStats(
                    options.slots(),
                    slots.size(),
                    waiting.size(),
                    counters.submitted.sum(),
                    counters.refused.sum(),
                    counters.finished.sum(),
                    counters.cancelled.sum(),
                    counters.failed.sum(),
                    counters.prompt.sum(),
                    counters.reused.sum(),
                    counters.generated.sum(),
                    images.towerPasses(),
                    counters.passes.sum(),
                    counters.passRows.sum(),
                    caches.busyBytes(),
                    caches.idleBytes(),
                    images.bytes());
        } finally {
            lock.unlock();
        }
    }

    private void removeEnded() {
        waiting.removeIf(generation -> {
            if (generation.ended()) {
                counters.ended(generation);
            }
            return generation.ended();
        });
    }

    /** Looks again at what is to be done: a request has ended, or its images are encoded. */
    void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Throwable problem = null;
        try {
            boolean open = true;
            while (open) {
                open = round();
            }
        } catch (RuntimeException | Error e) {
            problem = e;
        } finally {
            end(problem);
            rounds.close();
            caches.close();
        }
    }

    /** Nobody may wait for a thread that has ended, also if it did so by an error of ours. */
    private void end(Throwable problem) {
        lock.lock();
        try {
            closed = true;
            for (Slot slot : slots) {
                end(slot.generation, problem);
            }
            for (RunningGeneration generation : waiting) {
                end(generation, problem);
            }
            waiting.clear();
            idle.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void end(RunningGeneration generation, Throwable problem) {
        if (problem == null) {
            generation.end(Generation.FinishReason.CANCELLED);
        } else {
            generation.fail(problem);
        }
    }

    /** Whether there is to be another. */
    private boolean round() {
        try {
            List<Slot> work = awaitWork();
            if (work.isEmpty()) {
                return false;
            }
            rounds.round(work);
            return true;
        } catch (OutOfMemoryError e) {
            // Between two passes: whose memory it was that is missing cannot be said, and what runs must not wait for
            // ever.
            for (int i = 0; i < slots.size(); i++) {
                slots.get(i).fail(e);
            }
            return true;
        }
    }

    /** The slots to work on, as soon as there is something to do in one; none if the scheduler is closed. */
    private List<Slot> awaitWork() {
        lock.lock();
        try {
            while (!closed) {
                release();
                admit();
                if (slots.stream().anyMatch(Slot::runnable)) {
                    return List.copyOf(slots);
                }
                if (slots.isEmpty() && waiting.isEmpty()) {
                    idle.signalAll();
                }
                changed.awaitUninterruptibly();
            }
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    private void release() {
        for (Slot slot : List.copyOf(slots)) {
            if (slot.generation.ended()) {
                slots.remove(slot);
                counters.ended(slot.generation);
                if (slot.broken()) {
                    caches.drop(slot.sequence);
                } else {
                    caches.give(slot.sequence);
                }
            }
        }
    }

    private void admit() {
        removeEnded();
        while (slots.size() < options.slots() && !waiting.isEmpty()) {
            RunningGeneration generation = waiting.remove();
            try {
                model.requireWholeFiles();
                Slot slot = new Slot(generation, caches.take(generation.prompt()));
                slots.add(slot);
                generation.reused(slot.sequence.count());
                counters.prompt.add(generation.prompt().size());
                counters.reused.add(slot.sequence.count());
                if (!slot.images.isEmpty()) {
                    imageThread.encode(slot);
                }
            } catch (RuntimeException | Error e) {
                generation.fail(e);
                counters.ended(generation);
            }
        }
    }

    @Override
    public boolean drain(Duration max) {
        lock.lock();
        try {
            draining = true;
            long nanos = max.toNanos();
            removeEnded();
            while (!slots.isEmpty() || !waiting.isEmpty()) {
                if (nanos <= 0 || closed) {
                    return false;
                }
                nanos = idle.awaitNanos(nanos);
                removeEnded();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<RunningGeneration> cancelled;
        lock.lock();
        try {
            closed = true;
            cancelled = new ArrayList<>(waiting);
            slots.forEach(slot -> cancelled.add(slot.generation));
            waiting.clear();
            changed.signalAll();
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        cancelled.forEach(generation -> generation.end(Generation.FinishReason.CANCELLED));
        rounds.stop();
        imageThread.close();
        Threads.join(thread);
    }
}
