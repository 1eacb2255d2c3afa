// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.text;

import dev.myna.engine.RequestException;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.jr.ob.JSON;

/** Reads and writes JSON. */
public final class Json {
    /** Refuses duplicate keys, because one of the values would be ignored. */
    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final int MAX_REASON = 200;

    private Json() {}

    /** One line. */
    public static String text(Map<String, Object> values) {
        return JSON.std.asString(values);
    }

    /**
     * One JSON object and nothing else.
     *
     * @throws RequestException if the text is not one JSON object, or has a key twice
     */
    public static Map<String, Object> object(String text) {
        try (JsonParser parser = STRICT.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new RequestException("not a JSON object, but " + kind(first));
            }
            Map<String, Object> object = JSON.std.mapFrom(parser);
            if (parser.nextToken() != null) {
                throw new RequestException("not a JSON object, but more than one value");
            }
            return object;
        } catch (JacksonException e) {
            String reason = String.valueOf(e.getOriginalMessage()).replaceFirst("(?s)\\s*\\(start marker at.*", "");
            throw new RequestException("not a JSON object: "
                    + reason.substring(0, Math.min(MAX_REASON, reason.length())).replaceAll("\\s+", " "));
        }
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

    private static String kind(JsonToken token) {
        return switch (token) {
            case null -> "nothing";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NULL -> "null";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            default -> "a number";
        };
    }
}
