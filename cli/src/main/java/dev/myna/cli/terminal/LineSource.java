// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import java.io.IOException;
import java.util.List;

/** The user's lines in a conversation. */
public interface LineSource extends AutoCloseable {

    /**
     * A line editor with history on a terminal, plain lines otherwise.
     *
     * @param words that the editor completes
     */
    static LineSource of(Console console, List<String> words) throws IOException {
        return console.inputIsTerminal() && console.outputIsTerminal()
                ? new EditedLines(words)
                : new PlainLines(console.in());
    }

    /** The next line; null at the end or when the user leaves. */
    String next() throws IOException;

    /** Whether the lines come from a terminal. */
    boolean interactive();

    /** Sets the action of Ctrl-C; null restores the default. */
    void onInterrupt(Runnable action);

    @Override
    void close() throws IOException;
}
