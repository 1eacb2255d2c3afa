// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.JsonText;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Answers in the order in which they came, one a line, each under a key of everything it depends on. A {@link JournalFile} keeps them.
 * Thread-safe.
 */
final class Journal implements AutoCloseable {
    private static final int MAX_VALUES = 1000;

    private final Path file;
    private final JournalFile lines;
    private final Map<String, String> answers = new HashMap<>();

    /**
     * Opens or creates a journal.
     *
     * @throws EvalException if another process uses it, or it is no journal
     */
    Journal(Path file) throws IOException {
        this.file = file;
        this.lines = JournalFile.open(file, (bytes, offset, line) -> entry(bytes, line))
                .orElseThrow(
                        () -> new EvalException(file + ": another run writes to it; choose another folder with -o"));
    }

    private void entry(byte[] bytes, long line) {
        try {
            Map<String, Object> entry = JsonTree.object(bytes, MAX_VALUES);
            if (entry.get("key") instanceof String key && entry.get("answer") instanceof String answer) {
                answers.put(key, answer);
                return;
            }
        } catch (JsonException | IOException e) {
            throw new EvalException(file + ": line " + line + " is damaged; remove it and run again", e);
        }
        throw new EvalException(file + ": line " + line + " has no key or no answer; is this a journal of myna eval?");
    }

    /** The answer that was given under this key. */
    synchronized Optional<String> answer(String key) {
        return Optional.ofNullable(answers.get(key));
    }

    /** Adds an answer. {@code entry} has its key and its text, and what people want to know about it. */
    synchronized void add(String key, String answer, Map<String, Object> entry) throws IOException {
        lines.add(JsonText.line(entry));
        answers.put(key, answer);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
