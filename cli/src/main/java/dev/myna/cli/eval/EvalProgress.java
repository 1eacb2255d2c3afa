// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.eval;

import dev.myna.cli.terminal.Console;
import dev.myna.eval.run.RunListener;
import java.util.Locale;

/** Says on stderr, from time to time, how many questions are answered. */
final class EvalProgress implements RunListener {
    private static final long EVERY_NANOS = 10_000_000_000L;

    private final Console console;
    private String current = "";
    private String line = "";
    private long start;
    private long shown;

    EvalProgress(Console console) {
        this.console = console;
    }

    @Override
    public void answered(String task, String language, int done, int reused) {
        long now = System.nanoTime();
        String next = task + " " + language;
        if (!next.equals(current)) {
            end();
            current = next;
            start = now;
            shown = now;
        }
        double seconds = Math.max(1e-3, (now - start) / 1e9);
        line = String.format(Locale.ROOT, "%s: %d questions, %.1f/s", next, done, (done - reused) / seconds)
                + (reused == 0 ? "" : ", " + reused + " from the journal");
        if (now - shown >= EVERY_NANOS) {
            shown = now;
            console.err().println(line);
        }
    }

    @Override
    public void reviewed(String task, String language, int done, int answers, int reused) {
        String next = task + " " + language + " reviews";
        if (!next.equals(current)) {
            end();
            current = next;
            shown = System.nanoTime();
        }
        line = task + " " + language + ": " + done + " of " + answers + " answers reviewed"
                + (reused == 0 ? "" : ", " + reused + " from the journal");
        if (System.nanoTime() - shown >= EVERY_NANOS) {
            shown = System.nanoTime();
            console.err().println(line);
        }
    }

    /** Says how the last language ended. */
    void end() {
        if (!line.isEmpty()) {
            console.err().println(line);
            line = "";
        }
    }
}
