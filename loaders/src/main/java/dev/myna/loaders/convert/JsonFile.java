// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert;

import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/** The small files of a checkpoint, read whole: configurations, vocabularies. */
final class JsonFile {
    /** Above the largest published tokenizer.json; nothing else comes near. */
    private static final long MAX_BYTES = 64L << 20;

    private static final int MESSAGE_SHOWN = 160;
    private static final JSON STRICT =
            JSON.builder().enable(JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS).build();

    private JsonFile() {}

    /**
     * The object in a file; empty if there is no such file.
     *
     * @throws CheckpointException if the file is too large, cannot be read or is no JSON object
     */
    static Optional<Map<String, Object>> find(Path path) {
        return findText(path).map(text -> parse(path, text));
    }

    /**
     * The characters of a file; empty if there is no such file.
     *
     * @throws CheckpointException if the file is too large, cannot be read or is not UTF-8
     */
    static Optional<String> findText(Path path) {
        Optional<byte[]> bytes = findBytes(path);
        try {
            return bytes.isEmpty() ? Optional.empty() : Optional.of(Text.decode(bytes.get()));
        } catch (CharacterCodingException e) {
            throw new CheckpointException(path + ": the file is not valid UTF-8", e);
        }
    }

    /**
     * The bytes of a file; empty if there is no such file.
     *
     * @throws CheckpointException if the file is too large or cannot be read
     */
    static Optional<byte[]> findBytes(Path path) {
        try {
            if (!Files.exists(path)) {
                return Optional.empty();
            }
            if (!Files.isRegularFile(path)) {
                throw new CheckpointException(path + ": this is not a regular file");
            }
            long size = Files.size(path);
            if (size > MAX_BYTES) {
                throw new CheckpointException(
                        path + ": the file has " + size + " bytes; at most " + MAX_BYTES + " are read");
            }
            return Optional.of(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CheckpointException(path + ": the file cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> parse(Path path, String text) {
        try {
            Map<String, Object> object = STRICT.mapFrom(text);
            if (object == null) {
                throw new CheckpointException(path + ": the file must hold a JSON object");
            }
            return object;
        } catch (JacksonException e) {
            throw new CheckpointException(
                    path + ": not a JSON object: " + Text.line(String.valueOf(e.getOriginalMessage()), MESSAGE_SHOWN),
                    e);
        }
    }
}
