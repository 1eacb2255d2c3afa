// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.command;

import dev.myna.cli.terminal.Progress;
import dev.myna.cli.text.Units;
import dev.myna.engine.error.RequestException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/** Long work with a progress line, which Ctrl-C stops. */
public final class LongWork {
    /** Writing the last bytes of a large file can take this long; if it is cut short, partial files stay. */
    private static final int PATIENCE_SECONDS = 60;

    private LongWork() {}

    /** Work that reports the bytes it has done. */
    @FunctionalInterface
    public interface Work {
        public void run(LongConsumer progress) throws IOException;
    }

    /**
     * Runs work that Ctrl-C stops, and shows its progress.
     *
     * @param what the work in a few words
     * @param total bytes of the whole work
     * @throws CancellationException if it was stopped
     */
    public static void run(CommandContext context, String what, long total, Work work) throws IOException {
        try (Progress progress = Progress.onStderr(context.console(), what, Math.max(1, total))) {
            stoppable(
                    context,
                    check -> work.run(done -> {
                        check.run();
                        progress.accept(done);
                    }));
        }
    }

    /** Work that often checks whether it should stop. */
    @FunctionalInterface
    public interface Stoppable {
        /** @param check throws {@link CancellationException} once Ctrl-C was pressed */
        public void run(Runnable check) throws IOException;
    }

    /**
     * Runs work that Ctrl-C stops, without a progress line.
     *
     * @throws CancellationException if it was stopped
     */
    public static void stoppable(CommandContext context, Stoppable work) throws IOException {
        AtomicBoolean stopped = new AtomicBoolean();
        context.interruption().watch(() -> stopped.set(true), PATIENCE_SECONDS);
        try {
            work.run(() -> {
                if (stopped.get()) {
                    throw new CancellationException();
                }
            });
        } finally {
            context.interruption().watch(null);
        }
    }

    /**
     * Checks the free space of a folder.
     *
     * @throws FileSystemException if there is not enough
     */
    public static void requireSpace(Path folder, long needed) throws IOException {
        long free = Files.getFileStore(folder.toAbsolutePath()).getUsableSpace();
        if (needed > free) {
            throw new FileSystemException(
                    folder.toAbsolutePath().toString(),
                    null,
                    Units.bytes(needed) + " needed, but only " + Units.bytes(free) + " free");
        }
    }

    /** The number of threads that {@code -t} asks for. */
    public static int threads(int asked) {
        if (asked < 0) {
            throw new RequestException("threads must be 0 (one per core) or more, not " + asked);
        }
        return asked == 0 ? Runtime.getRuntime().availableProcessors() : asked;
    }

    /** A path as a word for the shell. */
    public static String shellWord(Path path) {
        String text = path.toString();
        return text.matches("[\\p{IsAlphabetic}\\p{IsDigit}/._+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
