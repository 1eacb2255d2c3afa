// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.datasets;

import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table of VLMEvalKit: a header, one question a row, and images as base64 in the column {@code image}. A value of at most 64
 * characters there is the index of another row, whose image is used. The file is read twice: first to see which columns hold numbers
 * only and where the image of each index lies.
 */
public final class TsvReader implements RowReader {
    /** The column of images. */
    public static final String IMAGE = "image";

    private static final String INDEX = "index";
    private static final int MAX_REFERENCE = 64;
    private static final int MAX_COLUMNS = 1000;
    private static final int CACHED_IMAGES = 8;

    private final Path file;
    private final String name;
    private final NaMode na;
    private final Problems problems = new Problems();
    private final List<String> columns;
    private final List<PandasColumn> kinds = new ArrayList<>();
    /** Where the row of each index begins, of rows with an image. */
    private final Map<String, Long> offsets = new HashMap<>();

    private final Map<String, byte[]> images = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
            return size() > CACHED_IMAGES;
        }
    };
    private TsvCells cells;

    private TsvReader(Path file, NaMode na) throws IOException {
        this.file = file;
        this.name = file.getFileName().toString();
        this.na = na;
        this.cells = TsvCells.open(file, 0);
        try {
            columns = header(cells.next());
            scan();
            cells.close();
            cells = TsvCells.open(file, 0);
            cells.next();
        } catch (IOException | RuntimeException e) {
            cells.close();
            throw e;
        }
    }

    /**
     * Opens a table.
     *
     * @throws DatasetException if there is no such file or it has no usable header
     */
    public static TsvReader open(Path file, NaMode na) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw DatasetException.absent(file + ": no such file");
        }
        return new TsvReader(file, na);
    }

    /** Names of the columns, in order. */
    public List<String> columns() {
        return columns;
    }

    private List<String> header(TsvCells.Row row) {
        if (row == null) {
            throw new DatasetException(name + ": the file is empty; expected a header");
        }
        if (row.fault() != null || row.cells().size() > MAX_COLUMNS) {
            throw new DatasetException(name + ": line 1 is no header: "
                    + (row.fault() != null ? row.fault() : "it has more than " + MAX_COLUMNS + " columns"));
        }
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (byte[] cell : row.cells()) {
            try {
                String column = Text.decode(cell);
                if (!seen.add(column)) {
                    throw new DatasetException(name + ": the header names the column " + Text.quote(column) + " twice");
                }
                names.add(column);
            } catch (CharacterCodingException e) {
                throw new DatasetException(name + ": the header is not UTF-8; save the file as UTF-8", e);
            }
        }
        return List.copyOf(names);
    }

    private void scan() throws IOException {
        columns.forEach(_ -> kinds.add(new PandasColumn()));
        int image = columns.indexOf(IMAGE);
        int index = columns.indexOf(INDEX);
        Map<String, Long> found = new HashMap<>();
        for (TsvCells.Row row = cells.next(); row != null; row = cells.next()) {
            if (row.fault() != null || row.cells().size() > columns.size()) {
                continue;
            }
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                byte[] cell = i < row.cells().size() ? row.cells().get(i) : null;
                if (i == image && cell != null && cell.length > MAX_REFERENCE) {
                    texts.add("base64");
                } else {
                    String text = cell == null ? null : new String(cell, StandardCharsets.UTF_8);
                    texts.add(text == null || na.isAbsent(text) ? null : text);
                }
                if (na == NaMode.PANDAS && i != image) {
                    kinds.get(i).add(texts.get(i));
                }
            }
            if (image >= 0 && index >= 0 && texts.get(image) != null && texts.get(index) != null) {
                found.put(texts.get(index), row.offset());
            }
        }
        found.forEach((key, offset) -> offsets.put(text(kinds.get(Math.max(index, 0)), key), offset));
    }

    private static String text(PandasColumn kind, String value) {
        return PythonNumbers.text(kind.convert(value));
    }

    @Override
    public Optional<DataRow> next() throws IOException {
        for (TsvCells.Row row = cells.next(); row != null; row = cells.next()) {
            Optional<DataRow> read = read(row);
            if (read.isPresent()) {
                return read;
            }
        }
        return Optional.empty();
    }

    private Optional<DataRow> read(TsvCells.Row row) throws IOException {
        if (row.fault() != null) {
            return bad(row, row.faultCell(), row.fault());
        }
        if (row.cells().size() > columns.size()) {
            return bad(
                    row, columns.size(), "the row has " + row.cells().size() + " cells, the header " + columns.size());
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            String text;
            try {
                text = i < row.cells().size() ? Text.decode(row.cells().get(i)) : null;
            } catch (CharacterCodingException e) {
                return bad(row, i, "not UTF-8");
            }
            if (text != null && na.isAbsent(text)) {
                text = null;
            }
            if (columns.get(i).equals(IMAGE)) {
                if (text == null) {
                    fields.put(IMAGE, null);
                } else {
                    byte[] image = image(text, 0);
                    if (image == null) {
                        return bad(
                                row,
                                i,
                                text.length() <= MAX_REFERENCE
                                        ? "no row with the index " + Text.quote(text) + " has an image"
                                        : "the image is not base64");
                    }
                    fields.put(IMAGE, image);
                }
            } else {
                fields.put(columns.get(i), na == NaMode.PANDAS ? kinds.get(i).convert(text) : text);
            }
        }
        return Optional.of(new DataRow(row.line(), fields));
    }

    private Optional<DataRow> bad(TsvCells.Row row, int cell, String message) {
        String column = cell < columns.size() ? Text.line(columns.get(cell), Text.SHOWN) : Integer.toString(cell + 1);
        problems.add(new RowProblem(name, row.line(), column, message));
        return Optional.empty();
    }

    /** The decoded image of a cell, or of the row that it refers to; null if there is none. */
    private byte[] image(String text, int hops) throws IOException {
        if (text.length() > MAX_REFERENCE) {
            try {
                return Base64.getMimeDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        byte[] cached = images.get(text);
        if (cached != null) {
            return cached;
        }
        Long offset = offsets.get(text);
        if (offset == null || hops > MAX_REFERENCE) {
            return null;
        }
        byte[] image = null;
        try (TsvCells there = TsvCells.open(file, offset)) {
            TsvCells.Row row = there.next();
            int column = columns.indexOf(IMAGE);
            if (row != null && row.fault() == null && column < row.cells().size()) {
                image = image(new String(row.cells().get(column), StandardCharsets.UTF_8), hops + 1);
            }
        }
        if (image != null) {
            images.put(text, image);
        }
        return image;
    }

    @Override
    public Problems problems() {
        return problems;
    }

    @Override
    public void close() throws IOException {
        cells.close();
    }
}
