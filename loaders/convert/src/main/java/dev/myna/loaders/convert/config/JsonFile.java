// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.convert.config;

import dev.myna.loaders.hf.CheckpointException;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonTree;
import dev.myna.loaders.text.Text;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Small files of a checkpoint, read as a whole: configurations and vocabularies. */
public final class JsonFile {
    /** More than the largest published tokenizer.json, which is the largest of these files. */
    private static final long MAX_BYTES = 64L << 20;

    /** Twice what the tokenizer.json of a vocabulary of 256,000 tokens has. */
    private static final int MAX_VALUES = 1 << 22;

    private JsonFile() {}

    /**
     * The object in a file; empty if there is no such file.
     *
     * @throws CheckpointException if the file is too large, cannot be read or is not a JSON object
     */
    static Optional<Map<String, Object>> find(Path path) {
        return findBytes(path).map(bytes -> parse(path, bytes));
    }

    /**
     * The characters of a file; empty if there is no such file.
     *
     * @throws CheckpointException if the file is too large, cannot be read or is not UTF-8
     */
    public static Optional<String> findText(Path path) {
        Optional<byte[]> bytes = findBytes(path);
        try {
            return bytes.isEmpty() ? Optional.empty() : Optional.of(Text.decode(bytes.get()));
        } catch (CharacterCodingException e) {
            throw notUtf8(path, e);
        }
    }

    private static CheckpointException notUtf8(Path path, CharacterCodingException e) {
        return new CheckpointException(path + ": the file is not valid UTF-8", e);
    }

    /**
     * The bytes of a file; empty if there is no such file.
     *
     * @throws CheckpointException if the file is too large or cannot be read
     */
    public static Optional<byte[]> findBytes(Path path) {
        try {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            if (!Files.exists(path)) {
                throw new CheckpointException(
                        path + ": this is a symbolic link that leads nowhere; is a file missing?");
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

    private static Map<String, Object> parse(Path path, byte[] bytes) {
        try {
            return JsonTree.object(bytes, MAX_VALUES);
        } catch (CharacterCodingException e) {
            throw notUtf8(path, e);
        } catch (JsonException e) {
            throw new CheckpointException(path + ": not a JSON object: " + e.getMessage(), e);
        }
    }
}
