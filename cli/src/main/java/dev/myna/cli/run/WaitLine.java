// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.engine.Generation;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One line on a terminal that says how far the work before an answer is: images, then the prompt, with the share that is done and the time
 * that is left. It appears when that takes longer than a moment, and is gone before the answer begins.
 */
final class WaitLine implements AutoCloseable {
    private static final long POLL_MILLIS = 100;
    private static final long FIRST_NANOS = 400_000_000;
    /** Returns to the start of the line and clears it. */
    private static final String CLEAR = "\r\u001B[K";

    private final PrintStream err;
    private final Supplier<Generation.Progress> progress;
    private final LongSupplier clock;
    private final long start;
    private boolean drawn;
    private boolean ended;

    /** Since when, and from where on, the present kind of work runs: its speed tells the time that is left. */
    private boolean prompt;

    private long kindStart;
    private double kindShare;

    /** @param clock nanoseconds since any time */
    WaitLine(PrintStream err, Supplier<Generation.Progress> progress, LongSupplier clock) {
        this.err = err;
        this.progress = progress;
        this.clock = clock;
        start = clock.getAsLong();
        kindStart = start;
    }

    /** Shows the progress of an answer until it is closed. */
    static WaitLine of(PrintStream err, Generation generation) {
        WaitLine line = new WaitLine(err, generation::progress, System::nanoTime);
        Thread.ofVirtual().name("myna-wait").start(line::follow);
        return line;
    }

    private void follow() {
        try {
            while (draw()) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Draws the line if it is time; returns whether there is more to draw. */
    synchronized boolean draw() {
        if (ended) {
            return false;
        }
        long now = clock.getAsLong();
        if (now - start >= FIRST_NANOS) {
            err.print(CLEAR + text(progress.get(), now));
            err.flush();
            drawn = true;
        }
        return true;
    }

    private String text(Generation.Progress at, long now) {
        boolean reads = at.imageShare() >= 1;
        double share = reads ? at.promptShare() : at.imageShare();
        if (reads != prompt) {
            prompt = reads;
            kindStart = now;
            kindShare = share;
        }
        String what = !reads
                ? "image " + Math.min(at.images() + 1, at.totalImages()) + " of " + at.totalImages()
                : share < 1 ? at.positions() + " of " + at.totalPositions() + " positions read" : "answering";
        String left = "";
        double seconds = (now - kindStart) / 1e9;
        if (share > kindShare && share < 1 && seconds > 0) {
            left = String.format(Locale.ROOT, ", %.0f s left", Math.ceil((1 - share) * seconds / (share - kindShare)));
        }
        return share < 1 ? String.format(Locale.ROOT, "%s  %.0f %%%s", what, Math.floor(100 * share), left) : what;
    }

    /** Clears the line. Nothing is drawn afterwards. */
    @Override
    public synchronized void close() {
        ended = true;
        if (drawn) {
            err.print(CLEAR);
            err.flush();
            drawn = false;
        }
    }
}
