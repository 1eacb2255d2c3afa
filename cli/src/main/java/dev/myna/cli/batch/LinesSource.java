// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.batch;

import dev.myna.cli.text.Json;
import dev.myna.cli.text.Utf8Lines;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.image.ImageDecoder.Orientation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Rows of JSON, or names of images, one a line. Blank lines are skipped. */
public final class LinesSource implements BatchSource {
    /** Misspelt keys repeat in every row; other data may have many keys. */
    private static final int MAX_UNKNOWN_KEYS = 10;

    /** What lines are. */
    public enum Kind {
        JSON,
        NAMES,
        /** A line that begins with a brace is JSON. */
        EITHER
    }

    private final Utf8Lines lines;
    private final Kind kind;
    private final Prompts prompts;
    private final Orientation orientation;
    private final Consumer<String> notes;
    private final Set<String> unknownKeys = new TreeSet<>();

    /** @param notes takes lines on what is ignored */
    public LinesSource(Utf8Lines lines, Kind kind, Prompts prompts, Orientation orientation, Consumer<String> notes) {
        this.lines = lines;
        this.kind = kind;
        this.prompts = prompts;
        this.orientation = orientation;
        this.notes = notes;
    }

    @Override
    public List<BatchQuestion> next() throws IOException {
        Utf8Lines.Line line = lines.next();
        while (line != null && line.text() != null && line.text().isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            return List.of();
        }
        Object id = line.number();
        try {
            String text = line.textOrThrow();
            if (kind == Kind.NAMES
                    || kind == Kind.EITHER && !text.stripLeading().startsWith("{")) {
                return prompts.questions(line.number(), text, List.of(BatchImage.file(text, orientation)), null, null);
            }
            Map<String, Object> fields = Json.object(text);
            id = fields.get("id") == null ? id : fields.get("id");
            noteUnknownKeys(fields.keySet(), line.number());
            RowFields row = RowFields.of(fields, prompts);
            List<BatchImage> images = row.images().stream()
                    .map(image -> BatchImage.of(image, orientation))
                    .toList();
            return prompts.questions(line.number(), id, images, row.prompt(), row.language());
        } catch (RequestException e) {
            return List.of(BatchQuestion.broken(line.number(), id, e));
        }
    }

    /** Notes each unknown key once. */
    private void noteUnknownKeys(Set<String> keys, int line) {
        for (String key : keys) {
            if (!RowFields.KEYS.contains(key) && unknownKeys.size() < MAX_UNKNOWN_KEYS && unknownKeys.add(key)) {
                notes.accept("line " + line + ": unknown key \"" + key
                        + "\", ignored in all rows; rows have id, image, prompt, lang"
                        + (unknownKeys.size() == MAX_UNKNOWN_KEYS ? " (more unknown keys are not listed)" : ""));
            }
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
