// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import dev.myna.engine.error.RequestException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;

/**
 * The lines of a text, one after the other as they arrive, ended by LF or CRLF or by the end. A byte order mark is dropped; a line that is
 * too long or not UTF-8 is told, and the next ones can still be read.
 */
public final class Utf8Lines implements AutoCloseable {
    private static final int LONGEST = 16 << 20;

    private final InputStream in;
    private final String name;
    private int number;

    /** @param name how messages call the text */
    public Utf8Lines(InputStream in, String name) {
        this.in = new BufferedInputStream(in);
        this.name = name;
    }

    /**
     * A line.
     *
     * @param number from 1
     * @param text without its end; null if it could not be read
     * @param problem why not; null if it could
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
            if (length <= LONGEST) {
                bytes.write(b);
            }
        }
        byte[] line = bytes.toByteArray();
        int start = number == 1 ? Utf8.markLength(line, name) : 0;
        int end = line.length > start && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        String where = "line " + number + " of " + name;
        if (length > LONGEST) {
            return new Line(number, null, where + " is longer than " + (LONGEST >> 20) + " MiB");
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
