// SPDX-License-Identifier: Apache-2.0
package dev.myna.eval.judging;

import dev.myna.eval.data.JsonText;
import dev.myna.eval.judging.JudgeException.Fault;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A judge that is a command of the user's: one process for each answer. It gets one line of JSON on its standard input (task, language,
 * id, system, user, temperature, max_tokens) and writes the review to its standard output. Another exit code than 0 means that there is
 * no review.
 */
public final class CommandJudge implements Judge {
    private static final int MAX_REVIEW_BYTES = 4 << 20;
    private static final int MAX_ERROR_BYTES = 1 << 16;
    /** For what is in the pipe of a process that has ended. */
    private static final int PIPE_SECONDS = 10;

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    private final String command;
    private final Duration timeout;

    /**
     * @param command for the shell of the system
     * @param timeout of each process
     */
    public CommandJudge(String command, Duration timeout) {
        this.command = command;
        this.timeout = timeout;
    }

    @Override
    public String name() {
        return "command " + Text.line(command, Integer.MAX_VALUE);
    }

    @Override
    public String review(JudgeRequest request) throws InterruptedException {
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        Process process;
        try {
            process = new ProcessBuilder(
                            windows ? List.of("cmd.exe", "/c", command) : List.of("/bin/sh", "-c", command))
                    .start();
        } catch (IOException e) {
            throw new JudgeException(Fault.SETTINGS, "the judge's command cannot be started: " + e.getMessage(), e);
        }
        try {
            CompletableFuture<byte[]> review = read(process.getInputStream(), MAX_REVIEW_BYTES);
            CompletableFuture<byte[]> errors = read(process.getErrorStream(), MAX_ERROR_BYTES);
            Thread.startVirtualThread(() -> write(process.getOutputStream(), request));
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new JudgeException(
                        Fault.JUDGE, "the judge's command did not end within " + timeout.toSeconds() + " s");
            }
            int code = process.exitValue();
            if (code != 0) {
                throw new JudgeException(
                        code == NOT_FOUND || code == NOT_EXECUTABLE ? Fault.SETTINGS : Fault.JUDGE,
                        "the judge's command ended with exit code " + code
                                + firstLine(errors.get(PIPE_SECONDS, TimeUnit.SECONDS)));
            }
            return text(review.get(PIPE_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            throw new JudgeException(
                    Fault.JUDGE, "the judge's command ended, but a process that it started keeps its output open", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void write(OutputStream out, JudgeRequest request) {
        try (out) {
            out.write((JsonText.line(request.toMap()) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The command does not want to know more.
        }
    }

    /** Reads all of a stream, so that its writer goes on, and keeps one byte more than the limit. */
    private static CompletableFuture<byte[]> read(InputStream in, int limit) {
        CompletableFuture<byte[]> bytes = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            byte[] first = new byte[0];
            try (in) {
                first = in.readNBytes(limit + 1);
                in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // The process was ended.
            }
            bytes.complete(first);
        });
        return bytes;
    }

    private static String firstLine(byte[] errors) {
        Optional<String> line = new String(errors, StandardCharsets.UTF_8)
                .lines()
                .filter(each -> !each.isBlank())
                .findFirst();
        return line.map(text -> ": " + Text.line(text, Text.SHOWN)).orElse("");
    }

    private static String text(byte[] review) {
        if (review.length > MAX_REVIEW_BYTES) {
            throw new JudgeException(
                    Fault.REQUEST, "the judge's command wrote more than " + (MAX_REVIEW_BYTES >> 20) + " MiB");
        }
        try {
            return Text.decode(review);
        } catch (CharacterCodingException e) {
            throw new JudgeException(Fault.REQUEST, "the judge's command wrote a review that is not UTF-8", e);
        }
    }
}
