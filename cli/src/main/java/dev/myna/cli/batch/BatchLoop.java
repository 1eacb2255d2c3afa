// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.text.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Questions of a source, answered many at a time, and their rows, written by the calling thread. A thread of its own reads the source;
 * it stays at most a window ahead of what is written, so memory does not grow with the input.
 */
public final class BatchLoop {
    /** Makes rows. Called by many threads at a time. */
    public interface Answerer {
        /**
         * The row of a question. Its {@code status} is {@code ok} or {@code error}.
         *
         * @throws CancellationException if the work was stopped; the question has no row then
         * @throws RuntimeException if no further question can be answered either
         */
        Map<String, Object> answer(BatchQuestion question);
    }

    /** Takes rows. */
    public interface Sink {
        /** Writes a row of JSON, and all before it if {@code flush}. */
        void row(String json, boolean flush) throws IOException;
    }

    /** Hears of each row that was written. */
    interface Listener {
        void written(long item, Totals totals);
    }

    /**
     * How to run.
     *
     * @param active questions that are worked on at once
     * @param window questions between reading and writing, at least {@code active}
     * @param inOrder whether rows come in the order of the input, else as they are ready
     * @param maxErrors new rows with errors after which to stop; 0 for any number
     */
    public record Options(int active, int window, boolean inOrder, long maxErrors) {}

    /**
     * What was done.
     *
     * @param rows written
     * @param errors of these, rows without an answer
     * @param newErrors of these, rows that no journal had
     * @param reused rows from the journal
     * @param stopped whether there were too many errors
     */
    public record Totals(long rows, long errors, long newErrors, long reused, boolean stopped) {}

    /** A row, a failure, or the end, whose index is the number of questions. */
    private record Done(long index, long item, String row, boolean error, boolean reused, Throwable failure) {}

    private final Options options;
    private final Answerer answerer;
    private final Optional<BatchJournal> journal;
    private final BlockingQueue<Done> done = new LinkedBlockingQueue<>();
    private final Semaphore window;
    private final Semaphore active;
    private volatile boolean ended;

    public BatchLoop(Options options, Answerer answerer) {
        this(options, answerer, Optional.empty());
    }

    BatchLoop(Options options, Answerer answerer, Optional<BatchJournal> journal) {
        this.options = options;
        this.answerer = answerer;
        this.journal = journal;
        this.window = new Semaphore(options.window());
        this.active = new Semaphore(options.active());
    }

    /** Ends the loop with a {@link CancellationException}. For any thread. */
    public void stop() {
        done.add(new Done(-1, 0, null, false, false, new CancellationException()));
    }

    /**
     * Runs to the end of the source, which it closes.
     *
     * @param abort ends the work on questions early, if the loop ends before the source
     */
    public Totals run(BatchSource source, Sink sink, Runnable abort) throws IOException {
        return run(source, sink, abort, (_, _) -> {});
    }

    Totals run(BatchSource source, Sink sink, Runnable abort, Listener listener) throws IOException {
        ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
        Thread reader = Thread.ofPlatform().daemon().name("myna-batch-reader").start(() -> read(source, workers));
        boolean complete = false;
        try {
            Totals totals = write(sink, listener);
            complete = !totals.stopped();
            return totals;
        } finally {
            ended = true;
            if (!complete) {
                abort.run();
            }
            // Not waited for: it may read from a terminal.
            reader.interrupt();
            active.release(options.window());
            workers.close();
        }
    }

    private void read(BatchSource source, ExecutorService workers) {
        long index = 0;
        try (source) {
            for (List<BatchQuestion> item = source.next(); !item.isEmpty(); item = source.next()) {
                for (BatchQuestion question : item) {
                    window.acquire();
                    if (ended) {
                        return;
                    }
                    start(index++, question, workers);
                }
            }
            done.add(new Done(index, 0, null, false, false, null));
        } catch (InterruptedException | RejectedExecutionException e) {
            // The loop has ended.
        } catch (IOException | RuntimeException | Error e) {
            done.add(new Done(-1, 0, null, false, false, e));
        }
    }

    private void start(long index, BatchQuestion question, ExecutorService workers) throws IOException {
        String key = journal.isPresent() ? question.key() : "";
        if (journal.isPresent()) {
            Optional<BatchJournal.Kept> kept = journal.get().row(key);
            if (kept.isPresent()) {
                done.add(new Done(
                        index, question.item(), kept.get().text(), kept.get().error(), true, null));
                return;
            }
        }
        workers.execute(() -> done.add(answered(index, question, key)));
    }

    private Done answered(long index, BatchQuestion question, String key) {
        try {
            active.acquire();
            try {
                if (ended) {
                    throw new CancellationException();
                }
                Map<String, Object> row = answerer.answer(question);
                String text = Json.text(row);
                boolean error = !"ok".equals(row.get("status"));
                if (journal.isPresent()) {
                    journal.get().add(key, text, error);
                }
                return new Done(index, question.item(), text, error, false, null);
            } finally {
                active.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Done(-1, 0, null, false, false, new CancellationException());
        } catch (IOException | RuntimeException | Error e) {
            return new Done(-1, 0, null, false, false, e);
        }
    }

    private Totals write(Sink sink, Listener listener) throws IOException {
        Map<Long, Done> ahead = new HashMap<>();
        Totals totals = new Totals(0, 0, 0, 0, false);
        long end = Long.MAX_VALUE;
        while (totals.rows() < end) {
            Done next = taken();
            if (next.row() == null) {
                end = next.index();
                continue;
            }
            ahead.put(options.inOrder() ? next.index() : totals.rows(), next);
            for (Done row = ahead.remove(totals.rows()); row != null; row = ahead.remove(totals.rows())) {
                sink.row(row.row(), ahead.isEmpty() && done.isEmpty());
                window.release();
                totals = plus(totals, row);
                listener.written(row.item(), totals);
                if (totals.stopped()) {
                    return totals;
                }
            }
        }
        return totals;
    }

    private Totals plus(Totals totals, Done row) {
        long fresh = totals.newErrors() + (row.error() && !row.reused() ? 1 : 0);
        return new Totals(
                totals.rows() + 1,
                totals.errors() + (row.error() ? 1 : 0),
                fresh,
                totals.reused() + (row.reused() ? 1 : 0),
                options.maxErrors() > 0 && fresh >= options.maxErrors());
    }

    /** The next row, or the end. */
    private Done taken() throws IOException {
        Done next;
        try {
            next = done.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException();
        }
        switch (next.failure()) {
            case null -> {
                return next;
            }
            case IOException io -> throw io;
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            default -> throw new IllegalStateException(next.failure());
        }
    }
}
