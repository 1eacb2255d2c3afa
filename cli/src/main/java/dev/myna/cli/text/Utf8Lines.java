// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import dev.myna.engine.error.RequestException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;

/**
 * The lines of a text as they arrive, ended by LF, CRLF or the end of the text. Drops a byte order mark. A line that is too long or not
 * UTF-8 has a problem instead of text, and the next lines can still be read.
 */
public final class Utf8Lines implements AutoCloseable {
    private static final int MAX_BYTES = 16 << 20;

    private final InputStream in;
    private final String name;
    private int number;

    /** @param name name of the text in messages */
    public Utf8Lines(InputStream in, String name) {
        this.in = new BufferedInputStream(in);
        this.name = name;
    }

    /**
     * A line.
     *
     * @param number from 1
     * @param text without its end; null if it cannot be read
     * @param problem the reason; null if it can be read
     */
    public record Line(int number, String text, String problem) {
        /** @throws RequestException if the line could not be read */
        public String textOrThrow() {
            if (text == null) {
                throw new RequestException(problem);
            }
            return text;
        }
    }

    /**
     * The next line; null after the last one.
     *
     * @throws RequestException if the text is UTF-16 or UTF-32
     */
    public Line next() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        long length = 0;
        int b = in.read();
        if (b < 0) {
            return null;
        }
        number++;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            length++;
            if (length <= MAX_BYTES) {
                bytes.write(b);
            }
        }
        byte[] line = bytes.toByteArray();
        int start = number == 1 ? Utf8.markLength(line, name) : 0;
        int end = line.length > start && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        String where = "line " + number + " of " + name;
        if (length > MAX_BYTES) {
            return new Line(number, null, where + " is longer than " + (MAX_BYTES >> 20) + " MiB");
        }
        try {
            return new Line(number, Utf8.decode(line, start, end - start), null);
        } catch (CharacterCodingException e) {
            return new Line(number, null, where + " is not valid UTF-8: convert it first");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
