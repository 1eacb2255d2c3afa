// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.engine.error.RequestException;
import dev.myna.loaders.datasets.DataRow;
import dev.myna.loaders.datasets.RowReader;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows of a table. Columns: {@code id} or {@code index}; {@code image}, encoded, in base64, a struct of bytes and path, or a name;
 * {@code image_path}, a name; {@code prompt} or {@code question}; {@code lang} or {@code language}. Others are not used.
 */
final class TableSource implements BatchSource {
    private final RowReader reader;
    private final String name;
    private final Prompts prompts;
    private final Orientation orientation;
    private long item;
    private long problems;
    private Optional<DataRow> held = Optional.empty();

    TableSource(RowReader reader, String name, Prompts prompts, Orientation orientation) {
        this.reader = reader;
        this.name = name;
        this.prompts = prompts;
        this.orientation = orientation;
    }

    @Override
    public List<BatchQuestion> next() throws IOException {
        if (problems == reader.problems().count() && held.isEmpty()) {
            held = reader.next();
        }
        if (problems < reader.problems().count()) {
            return List.of(malformed());
        }
        if (held.isEmpty()) {
            return List.of();
        }
        DataRow row = held.get();
        held = Optional.empty();
        item++;
        Object id = first(row, "id", "index");
        try {
            return questions(row, id == null ? row.line() : id);
        } catch (RequestException e) {
            return List.of(BatchQuestion.broken(item, id == null ? row.line() : id, e));
        }
    }

    /** A row that the reader skipped. It keeps what was wrong with the first ones only. */
    private BatchQuestion malformed() {
        int index = (int) Math.min(problems++, Integer.MAX_VALUE);
        var known = reader.problems().first();
        item++;
        return index < known.size()
                ? BatchQuestion.broken(
                        item,
                        known.get(index).line(),
                        new RequestException(known.get(index).toString()))
                : BatchQuestion.broken(
                        item, null, new RequestException(name + ": malformed row " + (index + 1L) + " of this table"));
    }

    private List<BatchQuestion> questions(DataRow row, Object id) {
        List<BatchImage> images = new ArrayList<>();
        if (row.get("image") != null) {
            images.add(image(row.get("image"), id));
        } else if (row.get("image_path") != null) {
            images.add(BatchImage.file(notEmpty(row.text("image_path"), "image_path"), orientation));
        }
        String prompt = text(first(row, "prompt", "question"));
        if (prompt != null && prompt.isBlank()) {
            throw new RequestException("the column of prompts is blank");
        }
        if (prompt == null && images.isEmpty() && !prompts.given()) {
            throw new RequestException(
                    "the row has no question: it needs a column \"image\", \"image_path\" or \"prompt\"");
        }
        return prompts.questions(item, id, images, prompt, RowFields.language(text(first(row, "lang", "language"))));
    }

    private BatchImage image(Object value, Object id) {
        return switch (value) {
            case byte[] bytes -> BatchImage.encoded(bytes, "the image of row " + id, orientation);
            case String text -> BatchImage.of(notEmpty(text, "image"), orientation);
            case Map<?, ?> struct
            when struct.get("bytes") instanceof byte[] bytes ->
                BatchImage.encoded(bytes, "the image of row " + id, orientation);
            case Map<?, ?> struct
            when struct.get("path") instanceof String path ->
                BatchImage.file(notEmpty(path, "image.path"), orientation);
            default ->
                throw new RequestException(
                        "the column image holds neither encoded images, nor structs of bytes and path, nor names");
        };
    }

    private static String notEmpty(String text, String column) {
        if (text.isEmpty()) {
            throw new RequestException("the column " + column + " is empty");
        }
        return text;
    }

    private static Object first(DataRow row, String... columns) {
        for (String column : columns) {
            if (row.get(column) != null) {
                return row.get(column);
            }
        }
        return null;
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
