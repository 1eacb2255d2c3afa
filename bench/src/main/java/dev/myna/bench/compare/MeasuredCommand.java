// SPDX-License-Identifier: Apache-2.0
package dev.myna.bench.compare;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A command and the figure that is read from its output.
 *
 * @param name {@code ours} or {@code theirs}
 * @param command a line for {@code sh}
 */
record MeasuredCommand(String name, String command, Figure figure) {
    private static final int SHOWN_LINES = 8;

    /** The command failed, ran too long or printed no figure. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    /**
     * Runs the command to its end and reads its figure.
     *
     * @throws Failure with the last lines that the command wrote
     */
    double run(Duration limit) throws IOException, InterruptedException {
        Path out = Files.createTempFile("compare", ".out");
        Path err = Files.createTempFile("compare", ".err");
        try {
            long start = System.nanoTime();
            Process process = new ProcessBuilder("sh", "-c", command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            boolean ended = waitFor(process, limit);
            double seconds = (System.nanoTime() - start) / 1e9;
            Figure.Run run = new Figure.Run(text(out), text(err), seconds);
            if (!ended) {
                throw failure("did not end within " + limit.toSeconds() + " s", run);
            }
            if (process.exitValue() != 0) {
                throw failure("failed with exit code " + process.exitValue(), run);
            }
            return figure.of(run).orElseThrow(() -> failure("shows no figure (" + figure.description() + ")", run));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    /** Ends what it started, children included, if it runs too long or this thread is interrupted. */
    private static boolean waitFor(Process process, Duration limit) throws InterruptedException {
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            return ended;
        } finally {
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), Charset.defaultCharset());
    }

    private Failure failure(String what, Figure.Run run) {
        return new Failure(
                name + " " + what + ": " + command + tail("stdout", run.stdout()) + tail("stderr", run.stderr()));
    }

    private static String tail(String stream, String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            return "";
        }
        return lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()).stream()
                .collect(Collectors.joining("\n  ", "\n " + stream + " ended with:\n  ", ""));
    }
}
