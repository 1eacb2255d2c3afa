// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits tab-separated bytes into rows of cells with the rules of pandas: a cell may be in double quotes, {@code ""} is a quote in
 * it, and line ends in quotes are text. A quote within an unquoted cell is text. CR, LF and CRLF end a row; empty rows are skipped.
 */
final class TsvCells implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Bytes of a row: more than the largest image as base64. */
    static final int MAX_ROW_BYTES = 64 << 20;

    /**
     * A row.
     *
     * @param offset of its first byte in the file
     * @param line where it begins
     * @param cells raw bytes
     * @param fault why it cannot be read; null if it can
     * @param faultCell the number of the cell, from 0
     */
    record Row(long offset, long line, List<byte[]> cells, String fault, int faultCell) {}

    private final InputStream in;
    private long position;
    private long line = 1;
    private int pushed = -2;

    private TsvCells(InputStream in, long position) {
        this.in = in;
        this.position = position;
    }

    /** The rows from an offset on. */
    static TsvCells open(Path file, long offset) throws IOException {
        SeekableByteChannel channel = Files.newByteChannel(file);
        try {
            channel.position(offset);
            TsvCells cells =
                    new TsvCells(new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES), offset);
            if (offset == 0) {
                cells.skipMark();
            }
            return cells;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Steps over a byte order mark. */
    private void skipMark() throws IOException {
        in.mark(3);
        if (in.read() == 0xef && in.read() == 0xbb && in.read() == 0xbf) {
            position = 3;
        } else {
            in.reset();
        }
    }

    private int read() throws IOException {
        int next;
        if (pushed != -2) {
            next = pushed;
            pushed = -2;
        } else {
            next = in.read();
        }
        if (next >= 0) {
            position++;
        }
        return next;
    }

    private void unread(int value) {
        pushed = value;
        if (value >= 0) {
            position--;
        }
    }

    /** The next row; null at the end. */
    Row next() throws IOException {
        while (true) {
            long offset = position;
            long start = line;
            Row row = row(offset, start);
            if (row == null) {
                return null;
            }
            boolean blank = row.fault() == null
                    && row.cells().size() == 1
                    && isBlank(row.cells().getFirst());
            if (!blank || quoted) {
                return row;
            }
        }
    }

    /** Whether the row that was read last has a quoted cell. */
    private boolean quoted;

    private Row row(long offset, long start) throws IOException {
        List<byte[]> cells = new ArrayList<>();
        ByteArrayOutputStream cell = new ByteArrayOutputStream();
        quoted = false;
        long bytes = 0;
        boolean tooLong = false;
        boolean inQuotes = false;
        boolean atStart = true;
        int first = read();
        if (first < 0) {
            return null;
        }
        unread(first);
        while (true) {
            int next = read();
            if (next < 0) {
                if (inQuotes) {
                    return new Row(offset, start, cells, "the file ends within a quoted cell", cells.size());
                }
                break;
            }
            if (bytes++ > MAX_ROW_BYTES) {
                tooLong = true;
            }
            if (next == '\n') {
                line++;
            }
            if (inQuotes) {
                if (next == '"') {
                    int after = read();
                    if (after == '"') {
                        put(cell, '"', tooLong);
                    } else {
                        unread(after);
                        inQuotes = false;
                    }
                } else {
                    put(cell, next, tooLong);
                }
            } else if (next == '\t') {
                cells.add(cell.toByteArray());
                cell.reset();
                atStart = true;
                continue;
            } else if (next == '\n') {
                break;
            } else if (next == '\r') {
                int after = read();
                if (after != '\n') {
                    unread(after);
                }
                line++;
                break;
            } else if (next == '"' && atStart) {
                inQuotes = true;
                quoted = true;
            } else {
                put(cell, next, tooLong);
            }
            atStart = false;
        }
        int last = cells.size();
        cells.add(cell.toByteArray());
        return tooLong
                ? new Row(offset, start, List.of(), "the row has more than " + (MAX_ROW_BYTES >> 20) + " MiB", last)
                : new Row(offset, start, cells, null, 0);
    }

    private static void put(ByteArrayOutputStream cell, int value, boolean tooLong) {
        if (!tooLong) {
            cell.write(value);
        }
    }

    private static boolean isBlank(byte[] cell) {
        for (byte each : cell) {
            if (each != ' ') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
