// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON that is not trusted, as maps, lists, strings, {@link Integer}, {@link Long}, {@link java.math.BigInteger},
 * {@link Double}, {@link Boolean} and null. Fractions are doubles, whatever their exponent. A name that appears twice in an
 * object is refused, and so is what {@link JsonReader} refuses.
 */
public final class JsonTree {
    private final JsonReader reader;

    private JsonTree(JsonReader reader) {
        this.reader = reader;
    }

    /**
     * Reads the one object that a text must be.
     *
     * @param maxValues values and names that it may have
     * @throws JsonException if it is something else
     */
    public static Map<String, Object> object(String text, int maxValues) throws JsonException {
        return object(JsonReader.of(text, JsonLimits.ofValues(maxValues)));
    }

    /**
     * Reads the one object that UTF-8 must be.
     *
     * @param maxValues values and names that it may have
     * @throws CharacterCodingException if the bytes are not UTF-8
     * @throws JsonException if they are something else than one object
     */
    public static Map<String, Object> object(byte[] utf8, int maxValues)
            throws CharacterCodingException, JsonException {
        return object(JsonReader.of(utf8, 0, utf8.length, JsonLimits.ofValues(maxValues)));
    }

    /**
     * Reads the one object that a document must be.
     *
     * @param reader at the start of the document
     * @throws JsonException if it is something else
     */
    public static Map<String, Object> object(JsonReader reader) throws JsonException {
        if (!reader.atObject()) {
            throw reader.fail("it does not begin with '{'");
        }
        reader.next();
        Map<String, Object> object = new JsonTree(reader).object();
        reader.requireEnd();
        return object;
    }

    /**
     * Reads the one value that a document must be.
     *
     * @param reader at the start of the document
     * @throws JsonException if it is not JSON
     */
    public static Object value(JsonReader reader) throws JsonException {
        Object value = new JsonTree(reader).value();
        reader.requireEnd();
        return value;
    }

    private Map<String, Object> object() throws JsonException {
        Map<String, Object> values = new LinkedHashMap<>();
        while (reader.nextName()) {
            String name = reader.string();
            if (values.containsKey(name)) {
                throw reader.twice(name);
            }
            values.put(name, value());
        }
        return values;
    }

    private List<Object> list() throws JsonException {
        List<Object> values = new ArrayList<>();
        while (reader.nextValue()) {
            values.add(value());
        }
        return values;
    }

    private Object value() throws JsonException {
        return switch (reader.next()) {
            case OBJECT -> object();
            case LIST -> list();
            case STRING -> reader.string();
            case INTEGER -> reader.integer();
            case FRACTION -> reader.fraction();
            case TRUE -> Boolean.TRUE;
            case FALSE -> Boolean.FALSE;
            case NULL -> null;
        };
    }
}
