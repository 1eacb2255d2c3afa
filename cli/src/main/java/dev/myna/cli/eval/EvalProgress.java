// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import dev.myna.cli.system.Posix;
import dev.myna.cli.terminal.Console;
import dev.myna.cli.terminal.Progress;
import dev.myna.cli.text.Controls;
import dev.myna.eval.run.RunListener;
import dev.myna.eval.run.RunProgress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How a run goes on, on stderr: questions, rate, the time that is left, and the score of the language so far. On a terminal one line
 * that changes; elsewhere a line from time to time. A language that is finished has a line of its own in both cases.
 */
final class EvalProgress implements RunListener, AutoCloseable {
    private static final long REDRAW_NANOS = 500_000_000L;
    private static final long PRINT_NANOS = 10_000_000_000L;

    /** Returns to the start of the line and clears it. */
    private static final String REDRAW = "\r\u001B[K";

    /** A score is computed anew if that took less than this share of the time since. */
    private static final int SCORE_SHARE = 20;

    private final PrintStream err;
    private final boolean terminal;
    private final LongSupplier clock;
    private RunProgress last;
    private long start;
    private long shown;
    private long runStart;
    private long runDone;
    private long scored;
    private long scoreNanos;
    private double score = Double.NaN;
    private boolean started;
    private boolean open;

    /** @param clock nanoseconds since any time */
    EvalProgress(PrintStream err, boolean terminal, LongSupplier clock) {
        this.err = err;
        this.terminal = terminal;
        this.clock = clock;
        this.runStart = clock.getAsLong();
    }

    static EvalProgress onStderr(Console console) {
        return new EvalProgress(console.err(), Posix.isTerminal(2), System::nanoTime);
    }

    @Override
    public void answered(RunProgress progress) {
        long now = clock.getAsLong();
        if (last == null
                || !last.task().equals(progress.task())
                || !last.language().equals(progress.language())) {
            finishLanguage();
            start = now;
            shown = now;
            scored = now;
            scoreNanos = 0;
            score = Double.NaN;
        } else {
            runDone += fresh(progress) - fresh(last);
        }
        if (!started) {
            started = true;
            runStart = now;
        }
        last = progress;
        if (now - shown >= (terminal ? REDRAW_NANOS : PRINT_NANOS)) {
            shown = now;
            if (now - scored >= SCORE_SHARE * scoreNanos) {
                score(progress);
            }
            if (terminal) {
                err.print(REDRAW + line(progress, now, true));
                err.flush();
                open = true;
            } else {
                err.println("myna: " + line(progress, now, true));
            }
        }
    }

    @Override
    public void reviewed(String task, String language, int done, int answers, int reused) {
        finishLanguage();
        long now = clock.getAsLong();
        if (now - shown >= (terminal ? REDRAW_NANOS : PRINT_NANOS) || done == answers) {
            shown = now;
            clear();
            String line = Controls.oneLine(task + " " + language) + ": " + done + " of " + answers + " answers reviewed"
                    + (reused == 0 ? "" : ", " + reused + " from the judge's journal");
            if (terminal && done < answers) {
                err.print(REDRAW + line);
                err.flush();
                open = true;
            } else {
                err.println("myna: " + line);
            }
        }
    }

    /** Answers that were not in the journal. */
    private static int fresh(RunProgress progress) {
        return progress.done() - progress.reused();
    }

    private void score(RunProgress progress) {
        long before = clock.getAsLong();
        score = progress.score().getAsDouble();
        scored = clock.getAsLong();
        scoreNanos = scored - before;
    }

    private String line(RunProgress progress, long now, boolean running) {
        double seconds = (now - start) / 1e9;
        StringBuilder line = new StringBuilder(Controls.oneLine(progress.task() + " " + progress.language()))
                .append(": ")
                .append(progress.done());
        if (running && progress.total().isPresent()) {
            line.append(" of ").append(progress.total().getAsLong());
        }
        line.append(" questions");
        if (seconds > 0 && fresh(progress) > 1) {
            line.append(String.format(Locale.ROOT, ", %.1f/s", fresh(progress) / seconds));
        }
        if (progress.reused() > 0) {
            line.append(", ").append(progress.reused()).append(" from the journal");
        }
        if (!Double.isNaN(score)) {
            line.append(String.format(Locale.ROOT, ", score %.1f", score)).append(running ? " so far" : "");
        }
        double runSeconds = (now - runStart) / 1e9;
        if (running
                && progress.left().isPresent()
                && progress.left().getAsLong() > 0
                && runDone > 0
                && runSeconds > 0) {
            line.append(", ")
                    .append(Progress.duration(progress.left().getAsLong() * runSeconds / runDone))
                    .append(" left");
        }
        return line.toString();
    }

    /** Says how the last language ended. */
    private void finishLanguage() {
        clear();
        if (last != null) {
            score(last);
            err.println("myna: " + line(last, clock.getAsLong(), false));
            last = null;
        }
    }

    private void clear() {
        if (open) {
            err.print(REDRAW);
            err.flush();
            open = false;
        }
    }

    /** Says how the last language ended, or how far it is if the run was stopped. */
    @Override
    public void close() {
        finishLanguage();
    }
}
