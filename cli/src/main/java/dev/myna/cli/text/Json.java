// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import dev.myna.engine.error.RequestException;
import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonLimits;
import dev.myna.loaders.text.JsonReader;
import dev.myna.loaders.text.JsonTree;
import java.util.List;
import java.util.Map;
import tools.jackson.jr.ob.JSON;

/** Reads and writes JSON. */
public final class Json {
    /** Values and names of a row, a tool file or an argument. */
    private static final int MAX_VALUES = 1 << 20;

    private Json() {}

    /** One line. */
    public static String text(Map<String, Object> values) {
        return JSON.std.asString(values);
    }

    /** An array, on one line. */
    public static String list(List<?> values) {
        return JSON.std.asString(values);
    }

    /**
     * One JSON object and nothing else.
     *
     * @throws RequestException if the text is not one JSON object, or has a key twice
     */
    public static Map<String, Object> object(String text) {
        Object value;
        try {
            value = JsonTree.value(JsonReader.of(text, JsonLimits.ofValues(MAX_VALUES)));
        } catch (JsonException e) {
            throw new RequestException("not a JSON object: " + e.getMessage());
        }
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked") // names of a JSON object
            Map<String, Object> object = (Map<String, Object>) map;
            return object;
        }
        throw new RequestException("not a JSON object, but " + kind(value));
    }

    /** What a value of {@link #object} is, in words. */
    public static String kind(Object value) {
        return switch (value) {
            case null -> "null";
            case String _ -> "a string";
            case Number _ -> "a number";
            case Boolean _ -> "true or false";
            case Map<?, ?> _ -> "an object";
            default -> "an array";
        };
    }
}
