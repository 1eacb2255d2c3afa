// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Lines of a pipe or file. */
final class PlainLines implements LineSource {
    private final BufferedReader reader;

    PlainLines(InputStream in) {
        reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    @Override
    public String next() throws IOException {
        return reader.readLine();
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
