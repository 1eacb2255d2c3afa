// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Says on stderr how far a batch is: on a terminal one line that changes a few times a second, elsewhere a line every ten seconds.
 */
final class BatchProgress implements BatchLoop.Listener, AutoCloseable {
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final long PRINT_NANOS = 10_000_000_000L;
    /** Returns to the start of the line and clears it. */
    private static final String REDRAW = "\r\u001B[K";

    private final PrintStream err;
    private final boolean terminal;
    private final LongSupplier total;
    private final LongSupplier clock;
    private long last;
    private boolean open;
    private long item;
    private long begun;
    private long firstItem = -1;
    private long firstRows;

    /**
     * @param total items of the input; -1 while nobody knows
     * @param clock nanoseconds since any time
     */
    BatchProgress(PrintStream err, boolean terminal, LongSupplier total, LongSupplier clock) {
        this.err = err;
        this.terminal = terminal;
        this.total = total;
        this.clock = clock;
        begun = clock.getAsLong();
        last = begun;
    }

    @Override
    public void written(long next, BatchLoop.Totals totals) {
        item = Math.max(item, next);
        long fresh = totals.rows() - totals.reused();
        long now = clock.getAsLong();
        if (firstItem < 0 && fresh > 0) {
            firstItem = item - 1;
            firstRows = fresh - 1;
        } else if (firstItem < 0) {
            // What comes from the journal takes no time to speak of, and would spoil the rate.
            begun = now;
        }
        if (now - last < (terminal ? REDRAW_NANOS : PRINT_NANOS)) {
            return;
        }
        last = now;
        if (terminal) {
            err.print(REDRAW + line(totals, now));
            err.flush();
            open = true;
        } else {
            err.println("myna: " + line(totals, now));
        }
    }

    /** How far it is, now. */
    String line(BatchLoop.Totals totals, long now) {
        double seconds = Math.max(1e-3, (now - begun) / 1e9);
        long fresh = totals.rows() - totals.reused() - firstRows;
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d %s, %.2f/s, %,d %s",
                totals.rows(),
                totals.rows() == 1 ? "row" : "rows",
                fresh / seconds,
                totals.errors(),
                totals.errors() == 1 ? "error" : "errors"));
        if (totals.reused() > 0) {
            line.append(String.format(Locale.ROOT, ", %,d from the journal", totals.reused()));
        }
        long all = total.getAsLong();
        if (all >= item && all > 0) {
            line.append(String.format(Locale.ROOT, ", input %d %%", item * 100 / all));
            if (firstItem >= 0 && item > firstItem && item < all) {
                line.append(", about ")
                        .append(duration(seconds * (all - item) / (item - firstItem)))
                        .append(" left");
            }
        }
        return line.toString();
    }

    private static String duration(double seconds) {
        long whole = Math.round(Math.max(1, seconds));
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600 ? whole / 60 + " min" : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    /** Clears the line on a terminal. */
    @Override
    public void close() {
        if (open) {
            err.print(REDRAW);
            err.flush();
            open = false;
        }
    }
}
