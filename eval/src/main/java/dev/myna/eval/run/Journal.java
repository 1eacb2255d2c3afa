// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.run;

import dev.myna.eval.EvalException;
import dev.myna.eval.data.JsonText;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Answers in the order in which they came, one a line, each under a key of everything it depends on. A line is written in one step, so
 * a process that is killed leaves at most one incomplete line, which is cut off when the journal is opened again. One process at a time
 * has it open. Thread-safe.
 */
final class Journal implements AutoCloseable {
    private static final int MAX_VALUES = 1000;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, String> answers = new HashMap<>();

    /**
     * Opens or creates a journal.
     *
     * @throws EvalException if another process uses it, or it is no journal
     */
    Journal(Path file) throws IOException {
        this.file = file;
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = lock();
            if (lock == null) {
                throw new EvalException(file + ": another run writes to it; choose another folder with -o");
            }
            long end = read();
            channel.truncate(end);
            channel.position(end);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private FileLock lock() throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Reads all complete lines; returns where the last one ends. */
    private long read() throws IOException {
        long end = 0;
        long line = 1;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next != '\n') {
                    bytes.write(next);
                    continue;
                }
                entry(bytes.toByteArray(), line++);
                end += bytes.size() + 1;
                bytes.reset();
            }
        }
        return end;
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
        ByteBuffer line = ByteBuffer.wrap((JsonText.line(entry) + "\n").getBytes(StandardCharsets.UTF_8));
        long start = channel.position();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            channel.truncate(start);
            throw new IOException(
                    file + " cannot be written: " + e.getMessage() + "; answers so far are kept, run again to go on",
                    e);
        }
        answers.put(key, answer);
    }

    @Override
    public void close() throws IOException {
        channel.force(true);
        channel.close();
    }
}
