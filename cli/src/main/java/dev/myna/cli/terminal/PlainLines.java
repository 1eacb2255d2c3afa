// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import dev.myna.cli.text.Utf8Lines;
import dev.myna.engine.error.RequestException;
import java.io.IOException;
import java.io.InputStream;

/** Lines of a pipe or file. */
public final class PlainLines implements LineSource {
    private final Utf8Lines lines;

    public PlainLines(InputStream in) {
        lines = new Utf8Lines(in, "stdin");
    }

    /** @throws RequestException if the line is not UTF-8, or too long */
    @Override
    public String next() throws IOException {
        Utf8Lines.Line line = lines.next();
        return line == null ? null : line.textOrThrow();
    }

    @Override
    public boolean interactive() {
        return false;
    }

    @Override
    public void onInterrupt(Runnable action) {
        // Nobody types: Ctrl-C ends the process as for any other command.
    }

    @Override
    public void close() {
        // stdin is not ours to close.
    }
}
