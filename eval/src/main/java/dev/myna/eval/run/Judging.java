// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.Answered;
import dev.myna.eval.data.JsonText;
import dev.myna.eval.data.JudgeOptions;
import dev.myna.eval.judge.ReviewParser;
import dev.myna.eval.judging.Judge;
import dev.myna.eval.judging.JudgeException;
import dev.myna.eval.judging.JudgeException.Fault;
import dev.myna.eval.judging.JudgeRequest;
import dev.myna.eval.judging.JudgeRules;
import dev.myna.eval.tasks.JudgedTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Gets reviews of free answers. Each goes to a journal of its own, {@code judge.jsonl}, under a SHA-256 of the judge and of all that it
 * was asked: a run that was interrupted asks only for reviews that are missing. An answer that the judge has no review of is counted.
 */
public final class Judging implements AutoCloseable {
    /** Name of the journal. */
    public static final String FILE = "judge.jsonl";

    /** Answers in a row without a review, after which the judge is taken to be out of order. */
    private static final int MAX_FAILURES = 3;

    private final Judge judge;
    private final Optional<JudgeRules> rules;
    private final Path file;
    private final int parallel;
    private final RunListener listener;
    private final Object writing = new Object();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicLong missing = new AtomicLong();
    private volatile String firstMissing = "";
    private volatile boolean stopped;
    private volatile ExecutorService running;
    private Journal journal;

    /**
     * @param rules of the user; empty for those that come with Myna
     * @param folder of results, where the journal is
     * @param parallel requests at once
     */
    public Judging(Judge judge, Optional<JudgeRules> rules, Path folder, int parallel, RunListener listener) {
        this.judge = judge;
        this.rules = rules;
        this.file = folder.resolve(FILE);
        this.parallel = parallel;
        this.listener = listener;
    }

    /** What results say about the judge. */
    public JudgeOptions options(Optional<ReviewParser> parser) {
        return new JudgeOptions(judge.name(), rules.map(JudgeRules::name), parser);
    }

    /** Answers without a review. */
    public long missing() {
        return missing.get();
    }

    /** Why the first of them has none; empty if all have one. */
    public String firstMissing() {
        return firstMissing;
    }

    /** Ends it with a {@link CancellationException}; reviews so far are kept. For any thread. */
    public void stop() {
        stopped = true;
        ExecutorService workers = running;
        if (workers != null) {
            end(workers);
        }
    }

    /** Interrupts the workers, but none that writes: an interrupt would close the journal under it. */
    private void end(ExecutorService workers) {
        List<Runnable> never;
        synchronized (writing) {
            never = workers.shutdownNow();
        }
        for (Runnable each : never) {
            if (each instanceof Future<?> future) {
                future.cancel(false);
            }
        }
    }

    private void write(String key, String review, Map<String, Object> entry) throws IOException {
        synchronized (writing) {
            boolean interrupted = Thread.interrupted();
            try {
                journal.add(key, review, entry);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /**
     * The rows with their reviews.
     *
     * @throws EvalException if the judge cannot be used, or fails again and again
     * @throws IOException if the journal cannot be written
     */
    List<Answered> reviewed(JudgedTask task, String language, List<Answered> rows) throws IOException {
        if (journal == null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            journal = new Journal(file);
        }
        JudgeRules own = rules.orElseGet(() -> JudgeRules.of(task.judged()));
        AtomicInteger reused = new AtomicInteger();
        AtomicReference<RuntimeException> end = new AtomicReference<>();
        ExecutorService workers =
                Executors.newFixedThreadPool(parallel, Thread.ofVirtual().factory());
        running = workers;
        if (stopped) {
            end(workers);
        }
        List<Answered> reviewed = new ArrayList<>();
        try {
            List<Future<Answered>> waiting = new ArrayList<>();
            for (Answered row : rows) {
                waiting.add(workers.submit(
                        () -> row.error().isEmpty() ? reviewed(task, language, row, own, reused, end) : row));
            }
            for (Future<Answered> each : waiting) {
                reviewed.add(taken(each));
                listener.reviewed(task.name(), language, reviewed.size(), rows.size(), reused.get());
            }
        } catch (RejectedExecutionException e) {
            // Stopped in between.
            throw new CancellationException();
        } finally {
            end.compareAndSet(null, new CancellationException());
            running = null;
            end(workers);
            workers.close();
        }
        return reviewed;
    }

    private Answered taken(Future<Answered> review) throws IOException {
        try {
            return review.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        } catch (ExecutionException e) {
            if (stopped) {
                throw new CancellationException();
            }
            switch (e.getCause()) {
                case UncheckedIOException io -> throw io.getCause();
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** @param end why no judge is asked any more, for all rows; null while judges are asked */
    private Answered reviewed(
            JudgedTask task,
            String language,
            Answered row,
            JudgeRules own,
            AtomicInteger reused,
            AtomicReference<RuntimeException> end)
            throws InterruptedException {
        JudgeRequest request = task.request(language, row, own);
        Map<String, Object> identity = new LinkedHashMap<>(request.toMap());
        identity.put("judge", judge.name());
        String key = Sha256.of(JsonText.line(identity));
        Optional<String> known = journal.answer(key);
        if (known.isPresent()) {
            reused.incrementAndGet();
            return with(row, JudgedTask.REVIEW, known.get());
        }
        try {
            RuntimeException ended = end.get();
            if (ended != null) {
                throw ended;
            }
            String review = judge.review(request);
            failures.set(0);
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("key", key);
            entry.put("task", task.name());
            entry.put("language", language);
            entry.put("id", row.id());
            entry.put("judge", judge.name());
            entry.put("rules", own.name());
            entry.put("answer", review);
            write(key, review, entry);
            return with(row, JudgedTask.REVIEW, review);
        } catch (JudgeException e) {
            boolean last = e.fault() == Fault.SETTINGS
                    || e.fault() == Fault.JUDGE && failures.incrementAndGet() >= MAX_FAILURES;
            if (last) {
                end.compareAndSet(
                        null,
                        new EvalException(
                                e.getMessage() + "; answers and reviews so far are kept, run again to ask for the rest",
                                e));
                throw end.get();
            }
            synchronized (this) {
                if (missing.getAndIncrement() == 0) {
                    firstMissing = e.getMessage();
                }
            }
            return with(row, JudgedTask.REVIEW_ERROR, e.getMessage());
        } catch (IOException e) {
            end.compareAndSet(null, new UncheckedIOException(e));
            throw end.get();
        }
    }

    private static Answered with(Answered row, String name, String text) {
        Map<String, Object> gold = new LinkedHashMap<>(row.gold());
        gold.remove(JudgedTask.REVIEW);
        gold.remove(JudgedTask.REVIEW_ERROR);
        gold.put(name, text);
        return new Answered(row.id(), row.prompt(), gold, row.answer(), row.error());
    }

    @Override
    public void close() throws IOException {
        judge.close();
        if (journal != null) {
            journal.close();
        }
    }
}
