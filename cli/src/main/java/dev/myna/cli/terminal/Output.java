// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.terminal;

import dev.myna.cli.text.Controls;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * stdout: always UTF-8, and each write is flushed. On a terminal, control characters become visible symbols, so that neither a
 * model nor a file can send escape sequences.
 */
public final class Output {
    private final OutputStream stream;
    private final boolean terminal;
    private IOException lost;

    public Output(OutputStream stream, boolean terminal) {
        this.stream = stream;
        this.terminal = terminal;
    }

    /** Writes text. */
    public void write(String text) {
        writeRaw(terminal ? Controls.visible(text) : text);
    }

    /** Writes a line. */
    public void line(String text) {
        write(text + "\n");
    }

    /** Also reports errors of a {@link #writer}. */
    public void flush() {
        if (lost != null) {
            throw failure(lost);
        }
        try {
            stream.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** A writer for help texts, which keeps colour codes. {@link #flush} reports its errors, because a PrintWriter does not. */
    public PrintWriter writer() {
        OutputStream remembering = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    stream.write(bytes, offset, length);
                    stream.flush();
                } catch (IOException e) {
                    lost = e;
                    throw e;
                }
            }
        };
        return new PrintWriter(new OutputStreamWriter(remembering, StandardCharsets.UTF_8), true);
    }

    private void writeRaw(String text) {
        try {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
            stream.flush();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(IOException e) {
        // "Broken pipe" on Unix, "The pipe is being closed" on Windows: there is no exception type for it.
        if (String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("pipe")) {
            return new OutputClosedException(e);
        }
        return new UncheckedIOException("cannot write to stdout: " + e.getMessage(), e);
    }
}
