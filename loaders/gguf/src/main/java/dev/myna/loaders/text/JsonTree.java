// SPDX-License-Identifier: Apache-2.0
package dev.myna.loaders.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON that is not trusted, as maps, lists, strings, {@link Integer}, {@link Long}, {@link java.math.BigInteger},
 * {@link Double}, {@link Boolean} and null. Depth, number of values and length of numbers are limited, so that memory and time
 * stay within a small multiple of the text; fractions are doubles, whatever their exponent. A name that appears twice in an
 * object and a string with a lone surrogate, which UTF-8 cannot hold, are refused.
 */
public final class JsonTree {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_DIGITS = 400;
    private static final int MESSAGE_SHOWN = 160;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();

    private final JsonParser parser;
    private int left;

    private JsonTree(JsonParser parser, int maxValues) {
        this.parser = parser;
        this.left = maxValues;
    }

    /**
     * Reads the one object that a text must be.
     *
     * @param maxValues values of all kinds that it may have
     * @throws JsonException if it is something else
     */
    public static Map<String, Object> object(String text, int maxValues) throws JsonException {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonTree tree = new JsonTree(parser, maxValues);
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonException("it does not begin with '{'");
            }
            Map<String, Object> object = tree.object();
            if (parser.nextToken() != null) {
                throw new JsonException("something follows the end of the object");
            }
            return object;
        } catch (JacksonException e) {
            throw new JsonException(Text.line(String.valueOf(e.getOriginalMessage()), MESSAGE_SHOWN), e);
        }
    }

    private Map<String, Object> object() throws JsonException {
        Map<String, Object> values = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = whole(parser.currentName());
            parser.nextToken();
            if (values.containsKey(name)) {
                throw new JsonException("the name " + Text.quote(name) + " appears twice");
            }
            values.put(name, value());
        }
        return values;
    }

    private List<Object> list() throws JsonException {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value());
        }
        return values;
    }

    private Object value() throws JsonException {
        if (left-- == 0) {
            throw new JsonException("it has too many values");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> list();
            case VALUE_STRING -> whole(parser.getString());
            case VALUE_NUMBER_INT -> parser.getNumberValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NULL -> null;
            case null, default -> throw new JsonException("it ends too early");
        };
    }

    private static String whole(String text) throws JsonException {
        if (!Text.isEncodable(text)) {
            throw new JsonException("the text " + Text.quote(text) + " holds a lone surrogate, which is no character");
        }
        return text;
    }
}
