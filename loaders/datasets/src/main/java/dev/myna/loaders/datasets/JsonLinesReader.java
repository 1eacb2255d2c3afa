// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** JSON objects, one a line. Empty lines are skipped. */
public final class JsonLinesReader implements RowReader {
    /** Bytes of a line: more than the largest image as base64. */
    private static final int MAX_LINE_BYTES = 64 << 20;

    private static final int MAX_VALUES = 1 << 20;
    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final InputStream in;
    private final Problems problems = new Problems();
    private long line;

    private JsonLinesReader(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    /**
     * Opens a file.
     *
     * @throws DatasetException if there is none
     */
    public static JsonLinesReader open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw DatasetException.absent(file + ": no such file");
        }
        return new JsonLinesReader(
                file.getFileName().toString(), new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
    }

    @Override
    public Optional<DataRow> next() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            bytes.reset();
            boolean tooLong = false;
            int next = in.read();
            if (next < 0) {
                return Optional.empty();
            }
            line++;
            while (next >= 0 && next != '\n') {
                if (bytes.size() < MAX_LINE_BYTES) {
                    bytes.write(next);
                } else {
                    tooLong = true;
                }
                next = in.read();
            }
            if (tooLong) {
                bad("", "the line has more than " + (MAX_LINE_BYTES >> 20) + " MiB");
                continue;
            }
            byte[] text = bytes.toByteArray();
            if (isBlank(text)) {
                continue;
            }
            try {
                return Optional.of(new DataRow(line, JsonTree.object(withoutMark(text), MAX_VALUES)));
            } catch (JsonException e) {
                bad("", e.getMessage().replace("line 1, column", "character"));
            } catch (CharacterCodingException e) {
                bad("", "not UTF-8");
            }
        }
    }

    private byte[] withoutMark(byte[] text) {
        boolean mark = line == 1
                && text.length >= 3
                && text[0] == (byte) 0xef
                && text[1] == (byte) 0xbb
                && text[2] == (byte) 0xbf;
        return mark ? java.util.Arrays.copyOfRange(text, 3, text.length) : text;
    }

    private static boolean isBlank(byte[] text) {
        for (byte each : text) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    private void bad(String column, String message) {
        problems.add(new RowProblem(name, line, column, message));
    }

    @Override
    public Problems problems() {
        return problems;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
