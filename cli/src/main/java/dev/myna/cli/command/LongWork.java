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

/** What the commands that write large files have in common. */
public final class LongWork {
    /** The last bytes of a large file may take this long to reach the disk; cut short, its parts would be left behind. */
    private static final int PATIENCE_SECONDS = 60;

    private LongWork() {}

    /** Work that tells how many bytes it has done. */
    @FunctionalInterface
    public interface Work {
        public void run(LongConsumer progress) throws IOException;
    }

    /**
     * Runs work that Ctrl-C stops, and shows how far it has come.
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

    /** Work that asks again and again whether it should stop. */
    @FunctionalInterface
    public interface Stoppable {
        /** @param check throws {@link CancellationException} once Ctrl-C was pressed */
        public void run(Runnable check) throws IOException;
    }

    /**
     * Runs work that Ctrl-C stops, and shows nothing.
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
     * Checks that a folder has room.
     *
     * @throws FileSystemException if it has not
     */
    public static void requireSpace(Path folder, long needed) throws IOException {
        long free = Files.getFileStore(folder.toAbsolutePath()).getUsableSpace();
        if (needed > free) {
            throw new FileSystemException(
                    folder.toAbsolutePath().toString(),
                    null,
                    Units.bytes(needed) + " are needed, but only " + Units.bytes(free) + " are free");
        }
    }

    /** The number of threads that {@code -t} asks for. */
    public static int threads(int asked) {
        if (asked < 0) {
            throw new RequestException("threads must be 0 (one per core) or more, not " + asked);
        }
        return asked == 0 ? Runtime.getRuntime().availableProcessors() : asked;
    }

    /** A path as it must be typed. */
    public static String shellWord(Path path) {
        String text = path.toString();
        return text.matches("[\\p{IsAlphabetic}\\p{IsDigit}/._+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
