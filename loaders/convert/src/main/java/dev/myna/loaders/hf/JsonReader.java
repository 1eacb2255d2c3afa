// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.hf;

import dev.myna.loaders.text.Text;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON in a file that is not trusted, read token by token so that nothing is built but what is asked for. A name that
 * appears twice in an object is refused. Failures name the file, the document and the character in it.
 */
final class JsonReader {
    private static final int MESSAGE_SHOWN = 160;
    /** More than any published model has tensors; what is built per name is far larger than the name. */
    static final int MAX_NAMES = 1 << 18;

    /** Names of tensors are all different, so a table of names seen before would only grow. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .build();

    private final MappedFile file;
    private final String document;
    private final JsonParser parser;

    private JsonReader(MappedFile file, String document, String text) {
        this.file = file;
        this.document = document;
        this.parser = FACTORY.createParser(ObjectReadContext.empty(), text);
    }

    /**
     * A reader of {@code length} bytes of a file; a following {@link #object} reads them.
     *
     * @param document what the bytes are, for messages
     * @throws CheckpointException if they are not UTF-8
     */
    static JsonReader of(MappedFile file, long offset, int length, String document) {
        try {
            return new JsonReader(file, document, Text.decode(file.copy(offset, length)));
        } catch (CharacterCodingException e) {
            throw file.fail(document + " is not valid UTF-8");
        }
    }

    /** Reads the one object that the document must be; {@code property} gets each name and must read its value. */
    void document(Consumer<String> property) {
        object(document, property);
        if (next() != null) {
            throw fail("something follows the end of the object");
        }
    }

    /** Reads an object; {@code property} gets each name and must read its value. */
    void object(String what, Consumer<String> property) {
        expect(JsonToken.START_OBJECT, what, "an object");
        Set<String> seen = new HashSet<>();
        while (next() == JsonToken.PROPERTY_NAME) {
            String name = whole(guarded(parser::currentName));
            if (!seen.add(name)) {
                throw fail(what + ": the name " + Text.quote(name) + " appears twice");
            }
            if (seen.size() > MAX_NAMES) {
                throw fail(what + " has more than " + MAX_NAMES + " names");
            }
            property.accept(name);
        }
    }

    String string(String what) {
        expect(JsonToken.VALUE_STRING, what, "a string");
        return whole(guarded(parser::getString));
    }

    private String whole(String text) {
        if (!Text.isEncodable(text)) {
            throw fail("the text " + Text.quote(text) + " holds a lone surrogate, which is no character");
        }
        return text;
    }

    /** A list of at most {@code max} integers that are not negative. */
    List<Long> counts(String what, int max) {
        expect(JsonToken.START_ARRAY, what, "a list");
        List<Long> counts = new ArrayList<>();
        for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
            if (token != JsonToken.VALUE_NUMBER_INT) {
                throw fail(what + " must be a list of integers");
            }
            long count = guarded(parser::getLongValue);
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
        next();
        guarded(parser::skipChildren);
    }

    /** An exception that names file, document and character; {@code rule} says what is wrong. */
    CheckpointException fail(String rule) {
        long at = Math.max(0, parser.currentLocation().getCharOffset());
        return file.fail(document + " at character " + at + ": " + rule);
    }

    private void expect(JsonToken expected, String what, String kind) {
        if (next() != expected) {
            throw fail(what + " must be " + kind);
        }
    }

    private JsonToken next() {
        return guarded(parser::nextToken);
    }

    private <T> T guarded(Supplier<T> step) {
        try {
            return step.get();
        } catch (JacksonException e) {
            throw fail("not valid JSON: " + Text.line(e.getOriginalMessage(), MESSAGE_SHOWN));
        }
    }
}
