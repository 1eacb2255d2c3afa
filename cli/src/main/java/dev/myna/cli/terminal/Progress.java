// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import dev.myna.cli.system.Posix;
import dev.myna.cli.text.Controls;
import dev.myna.cli.text.Units;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Progress of long work on stderr: on a terminal one line that changes a few times a second, elsewhere a line for every tenth, but at
 * most one per two seconds.
 */
public final class Progress implements LongConsumer, AutoCloseable {
    private static final long REDRAW_NANOS = 200_000_000;
    private static final long PRINT_NANOS = 2_000_000_000;
    private static final int TENTHS = 10;
    /** Returns to the start of the line and clears it. */
    private static final String REDRAW = "\r\u001B[K";

    private final PrintStream err;
    private final boolean terminal;
    private final String what;
    private final long total;
    private final LongSupplier clock;
    private final long start;
    private long drawn;
    private int tenths;
    private boolean open;

    /**
     * @param what the work in a few words
     * @param total bytes of the whole work, at least 1
     * @param clock nanoseconds since any time
     */
    Progress(PrintStream err, boolean terminal, String what, long total, LongSupplier clock) {
        this.err = err;
        this.terminal = terminal;
        this.what = what;
        this.total = total;
        this.clock = clock;
        this.start = clock.getAsLong();
        this.drawn = start;
    }

    public static Progress onStderr(Console console, String what, long total) {
        return new Progress(console.err(), Posix.isTerminal(2), what, total, System::nanoTime);
    }

    /** Reports the bytes that are done. */
    @Override
    public void accept(long done) {
        long now = clock.getAsLong();
        if (terminal) {
            if (now - drawn >= REDRAW_NANOS) {
                err.print(REDRAW + line(done, now));
                err.flush();
                drawn = now;
                open = true;
            }
        } else if (done * TENTHS / total > tenths && now - drawn >= PRINT_NANOS) {
            tenths = (int) (done * TENTHS / total);
            err.println("myna: " + line(done, now));
            drawn = now;
        }
    }

    private String line(long done, long now) {
        double seconds = (now - start) / 1e9;
        double rate = seconds > 0 ? done / seconds : 0;
        String left = rate > 0 && done < total ? ", " + duration((total - done) / rate) + " left" : "";
        return String.format(
                Locale.ROOT,
                "%s  %3d %%  %s of %s  %.2f GB/s%s",
                Controls.oneLine(what),
                done * 100 / total,
                Units.bytes(done),
                Units.bytes(total),
                rate / 1e9,
                left);
    }

    /** A time in words, rounded to seconds, at least one. */
    public static String duration(double seconds) {
        long whole = Math.round(Math.max(1, seconds));
        return whole < 60
                ? whole + " s"
                : whole < 3600
                        ? whole / 60 + " min " + whole % 60 + " s"
                        : whole / 3600 + " h " + whole / 60 % 60 + " min";
    }

    /** Clears the progress line. */
    @Override
    public void close() {
        if (open) {
            err.print(REDRAW);
            err.flush();
            open = false;
        }
    }
}
