// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.eval.data.DataFolder;
import dev.myna.eval.data.Questions;
import dev.myna.eval.tasks.Task;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Counts the questions of a run in a thread of its own while they are asked: readers stream, so nobody knows before. Without images'
 * bytes there is nothing to keep. What cannot be read is left out here; the run itself says what is wrong with it.
 */
final class QuestionTotals implements AutoCloseable {
    private final Map<String, Long> counts = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;
    private boolean complete;

    QuestionTotals(List<Task> tasks, DataFolder data, List<String> languages, RunSettings settings) {
        thread = Thread.ofVirtual().start(() -> count(tasks, data, languages, settings));
    }

    private void count(List<Task> tasks, DataFolder data, List<String> languages, RunSettings settings) {
        for (Task task : tasks) {
            for (String language : task.languages()) {
                if (languages.isEmpty() || languages.contains(language)) {
                    count(task, language, data, settings);
                }
            }
        }
        synchronized (this) {
            complete = !closed;
        }
    }

    private void count(Task task, String language, DataFolder data, RunSettings settings) {
        long count = 0;
        try (Questions questions = task.questions(data, language, settings.options())) {
            while (!closed && (settings.limit() == 0 || count < settings.limit())) {
                if (questions.next().isEmpty()) {
                    break;
                }
                count++;
            }
        } catch (IOException | RuntimeException e) {
            return;
        }
        if (!closed) {
            synchronized (this) {
                counts.put(key(task.name(), language), count);
            }
        }
    }

    private static String key(String task, String language) {
        return task + "\n" + language;
    }

    /** The questions of a task and language; empty while they are not counted. */
    synchronized OptionalLong of(String task, String language) {
        Long count = counts.get(key(task, language));
        return count == null ? OptionalLong.empty() : OptionalLong.of(count);
    }

    /** All questions; empty while they are not counted. */
    synchronized OptionalLong all() {
        return complete
                ? OptionalLong.of(
                        counts.values().stream().mapToLong(Long::longValue).sum())
                : OptionalLong.empty();
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
