// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonLimits;
import dev.myna.loaders.text.JsonReader;
import dev.myna.loaders.text.JsonReader.Kind;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A JSON document in a checkpoint's file. It is read value by value, so that only requested values are built. A name that
 * appears twice in an object is an error. Errors name file, document and character.
 */
final class JsonDocument {
    /** More than any published model has tensors; what is built per name is far larger than the name. */
    static final int MAX_NAMES = 1 << 18;

    /** The length of a document limits its values; few of them are built. */
    private static final JsonLimits LIMITS = JsonLimits.ofValues(Integer.MAX_VALUE);

    private final MappedFile file;
    private final String title;
    private final JsonReader reader;

    private JsonDocument(MappedFile file, String title, JsonReader reader) {
        this.file = file;
        this.title = title;
        this.reader = reader;
    }

    /**
     * The document in {@code length} bytes of a file; a following {@link #root} reads it.
     *
     * @param title what the bytes are, for messages
     * @throws CheckpointException if they are not UTF-8
     */
    static JsonDocument of(MappedFile file, long offset, int length, String title) {
        try {
            return new JsonDocument(file, title, JsonReader.of(file.copy(offset, length), 0, length, LIMITS));
        } catch (CharacterCodingException e) {
            throw file.fail(title + " is not valid UTF-8");
        }
    }

    /** Reads the one object that the document must be; {@code member} gets each name and must read its value. */
    void root(Consumer<String> member) {
        object(title, member);
        guarded(() -> {
            reader.requireEnd();
            return null;
        });
    }

    /** Reads an object; {@code member} gets each name and must read its value. */
    void object(String what, Consumer<String> member) {
        expect(Kind.OBJECT, what, "an object");
        Set<String> seen = new HashSet<>();
        while (guarded(reader::nextName)) {
            String name = guarded(reader::string);
            if (!seen.add(name)) {
                throw fail(what + ": " + reader.twice(name).rule());
            }
            if (seen.size() > MAX_NAMES) {
                throw fail(what + " has more than " + MAX_NAMES + " names");
            }
            member.accept(name);
        }
    }

    String string(String what) {
        expect(Kind.STRING, what, "a string");
        return guarded(reader::string);
    }

    /** A list of at most {@code max} integers that are not negative. */
    List<Long> counts(String what, int max) {
        expect(Kind.LIST, what, "a list");
        List<Long> counts = new ArrayList<>();
        while (guarded(reader::nextValue)) {
            if (guarded(reader::next) != Kind.INTEGER) {
                throw fail(what + " must be a list of integers");
            }
            Number number = reader.integer();
            long count = number.longValue();
            if (!(number instanceof Integer || number instanceof Long)) {
                throw fail(what + " holds an integer of more than 64 bits");
            }
            if (count < 0) {
                throw fail(what + " holds " + count + "; it must not be negative");
            }
            if (counts.size() == max) {
                throw fail(what + " has more than " + max + " entries");
            }
            counts.add(count);
        }
        return List.copyOf(counts);
    }

    /** Steps over a value of any kind. */
    void skip() {
        guarded(() -> {
            reader.skip(reader.next());
            return null;
        });
    }

    /** An exception that names file, document and character; {@code rule} says what is wrong. */
    CheckpointException fail(String rule) {
        return file.fail(title + " at character " + reader.position() + ": " + rule);
    }

    private void expect(Kind expected, String what, String kind) {
        if (guarded(reader::next) != expected) {
            throw fail(what + " must be " + kind);
        }
    }

    /** A read that fails if the document is not JSON. */
    private interface Step<T> {
        T read() throws JsonException;
    }

    private <T> T guarded(Step<T> step) {
        try {
            return step.read();
        } catch (JsonException e) {
            throw fail("not valid JSON: " + e.rule());
        }
    }
}
