// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.run;

import dev.myna.cli.terminal.Console;
import dev.myna.cli.text.Controls;
import java.util.Locale;

/** The reasoning before an answer: one dimmed line while it lasts; {@code /thoughts} shows the text. */
final class Thoughts {
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final Console console;
    private final boolean dimmed;
    private final StringBuilder text = new StringBuilder();
    private long since;
    private boolean open;

    /** @param dimmed whether the terminal shows colours */
    Thoughts(Console console, boolean dimmed) {
        this.console = console;
        this.dimmed = dimmed;
    }

    /** An answer begins. */
    void begin() {
        text.setLength(0);
        open = false;
    }

    /** Adds a piece of reasoning. */
    void add(String more) {
        if (!open) {
            open = true;
            since = System.nanoTime();
            console.err().print(dim("thinking ..."));
            console.err().flush();
        }
        text.append(more);
    }

    /** The reasoning has ended, if there was any. */
    void end() {
        if (open) {
            open = false;
            double seconds = (System.nanoTime() - since) / 1e9;
            console.err().println(dim(String.format(Locale.ROOT, " for %.1f s; /thoughts shows it", seconds)));
        }
    }

    /** Shows the latest. */
    void show() {
        console.err()
                .println(
                        text.isEmpty() ? "(the last answer has no reasoning)" : dim(Controls.visible(text.toString())));
    }

    private String dim(String line) {
        return dimmed ? DIM + line + PLAIN : line;
    }
}
