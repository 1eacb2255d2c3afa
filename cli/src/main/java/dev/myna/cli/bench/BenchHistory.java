// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.bench;

import dev.myna.cli.text.Json;
import dev.myna.engine.error.RequestException;
import dev.myna.loaders.io.OutputPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that grows by one JSON line per result, so that figures can be followed over time. */
final class BenchHistory {
    private final Path file;

    /**
     * Makes sure that the file can be written before anything is measured.
     *
     * @param file null to keep no history
     * @throws RequestException if it cannot be written
     */
    BenchHistory(Path file) {
        this.file = file;
        if (file != null) {
            try {
                OutputPath.resolve(file);
                append("");
            } catch (FileSystemException e) {
                throw new RequestException(
                        "cannot write the history " + file + ": " + (e.getReason() == null ? e : e.getReason()));
            } catch (IOException e) {
                throw new RequestException("cannot write the history " + file + ": " + e);
            }
        }
    }

    /** Appends one line. */
    void add(BenchResult result) {
        if (file == null) {
            return;
        }
        try {
            append(Json.text(result.fields()) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the history " + file + ": " + e.getMessage(), e);
        }
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
