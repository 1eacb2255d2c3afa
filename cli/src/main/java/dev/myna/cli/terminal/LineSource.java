// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import java.io.IOException;
import java.util.List;

/** Where the user's lines in a conversation come from. */
public interface LineSource extends AutoCloseable {

    /**
     * An editor with history when a person types, plain lines otherwise.
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

    /** Whether a person types. */
    boolean interactive();

    /** What Ctrl-C does from now on; null restores the default. */
    void onInterrupt(Runnable action);

    @Override
    void close() throws IOException;
}
