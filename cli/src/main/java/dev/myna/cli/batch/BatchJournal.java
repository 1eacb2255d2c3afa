// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.text.Json;
import dev.myna.engine.error.RequestException;
import dev.myna.eval.run.JournalFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The rows of a batch in the order in which they were ready, under keys of their questions, for the next run. The first line has the
 * settings as JSON. Each other line is a key, {@code ok} or {@code error}, and the row, with blanks between them. Rows stay in the
 * file: in memory, a row of an earlier run takes about 50 bytes. Thread-safe.
 */
final class BatchJournal implements AutoCloseable {
    private static final int KEY = 64;
    private static final int SHOWN = 60;
    private static final byte[] ERROR = " error ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OK = " ok ".getBytes(StandardCharsets.US_ASCII);

    private final Path file;
    private final Map<String, Object> settings;
    private final RowTable rows = new RowTable();
    private final boolean retryErrors;
    private final JournalFile lines;
    private boolean begun;

    /**
     * A row that was kept.
     *
     * @param text JSON
     */
    record Kept(String text, boolean error) {}

    /**
     * Opens or creates a journal.
     *
     * @param settings what answers depend on, besides the question
     * @param retryErrors whether rows with errors do not count
     * @throws RequestException if it was made with other settings, is damaged, or another process writes to it
     */
    BatchJournal(Path file, Map<String, Object> settings, boolean retryErrors) throws IOException {
        this.file = file;
        this.settings = settings;
        this.retryErrors = retryErrors;
        this.lines = JournalFile.open(file, this::line)
                .orElseThrow(() -> new RequestException(file + ": another run writes to it: wait for its end"));
        if (!begun) {
            try {
                lines.add(Json.text(settings));
            } catch (IOException | RuntimeException e) {
                lines.close();
                throw e;
            }
        }
    }

    /** Rows of earlier runs. */
    int size() {
        return rows.size();
    }

    private void line(byte[] bytes, long offset, long number) {
        if (number == 1) {
            begun = true;
            requireSame(new String(bytes, StandardCharsets.UTF_8));
            return;
        }
        boolean error = marks(bytes, ERROR);
        if (!error && !marks(bytes, OK)) {
            throw new RequestException(
                    file + ": line " + number + " is damaged: remove this line, or the file to begin again");
        }
        rows.put(RowTable.hash(bytes), offset, bytes.length, error);
    }

    private static boolean marks(byte[] line, byte[] mark) {
        return line.length > KEY + mark.length
                && java.util.Arrays.equals(line, KEY, KEY + mark.length, mark, 0, mark.length);
    }

    private void requireSame(String header) {
        Map<String, Object> before;
        try {
            before = Json.object(header);
        } catch (RequestException e) {
            throw new RequestException(file + " is no journal of myna batch: name another file with --journal");
        }
        Map<String, Object> now = Json.object(Json.text(settings));
        List<String> changed = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            String was = String.valueOf(before.get(name));
            String is = String.valueOf(now.get(name));
            if (!was.equals(is)) {
                changed.add(name + " was " + clipped(was) + ", is " + clipped(is));
            }
        }
        if (!changed.isEmpty()) {
            throw new RequestException(file + " belongs to a run with other settings (" + String.join("; ", changed)
                    + "): use the same, or another -o");
        }
    }

    private static String clipped(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }

    /** The row of an earlier run under this key. */
    Optional<Kept> row(String key) throws IOException {
        int slot = rows.find(RowTable.hash(key.getBytes(StandardCharsets.US_ASCII)));
        if (slot < 0 || retryErrors && rows.error(slot)) {
            return Optional.empty();
        }
        String line = new String(lines.read(rows.offset(slot), rows.length(slot)), StandardCharsets.UTF_8);
        if (!line.startsWith(key)) {
            return Optional.empty();
        }
        boolean error = rows.error(slot);
        return Optional.of(new Kept(line.substring(KEY + (error ? ERROR.length : OK.length)), error));
    }

    /** Adds a row. */
    void add(String key, String row, boolean error) throws IOException {
        lines.add(key + (error ? " error " : " ok ") + row);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
