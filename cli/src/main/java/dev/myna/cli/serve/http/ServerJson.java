// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.jr.ob.JSON;

/** Reads JSON of clients within bounds, and writes responses. */
public final class ServerJson {
    static final int MAX_DEPTH = 64;
    static final int MAX_NUMBER_LENGTH = 64;
    static final int MAX_NAME_LENGTH = 1024;

    /** Values, names and brackets: far more than a long conversation needs, and a bound on the objects of one body. */
    static final int MAX_TOKENS = 200_000;

    private static final int VALIDATED_AT_ONCE = 4096;

    private final JsonFactory factory;
    private final JSON json;

    /** @param maxBytes longest document, and so the longest string in one */
    public ServerJson(int maxBytes) {
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxNumberLength(MAX_NUMBER_LENGTH)
                .maxNameLength(MAX_NAME_LENGTH)
                .maxStringLength(maxBytes)
                .maxDocumentLength(maxBytes)
                .maxTokenCount(MAX_TOKENS)
                .build();
        factory = JsonFactory.builder()
                .streamReadConstraints(constraints)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        json = JSON.builder(factory)
                .enable(JSON.Feature.FAIL_ON_DUPLICATE_MAP_KEYS)
                .disable(JSON.Feature.HANDLE_JAVA_BEANS)
                .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
                .build();
    }

    /**
     * A body as an object.
     *
     * @throws ApiException if it is not valid UTF-8, is not one JSON object, has a key twice, or is too deep or too long
     */
    public Map<String, Object> object(byte[] body) {
        int start = start(body);
        requireUtf8(body);
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), body, start, body.length - start)) {
            Map<String, Object> object = parser.nextToken() == JsonToken.START_OBJECT ? json.mapFrom(parser) : null;
            if (object == null || parser.nextToken() != null) {
                throw ApiException.invalid(null, "invalid_json", "the body is not one JSON object");
            }
            requireCharacters(object);
            return object;
        } catch (StreamConstraintsException e) {
            throw ApiException.invalid(
                    null,
                    "invalid_json",
                    "the body is nested deeper than " + MAX_DEPTH + " levels, or has a name, number or count of values"
                            + " beyond the limits");
        } catch (JacksonException e) {
            throw ApiException.invalid(null, "invalid_json", "the body is not one JSON object: " + where(e));
        }
    }

    /** The message and place of a parse error, without references to the source. */
    private static String where(JacksonException e) {
        String message = String.valueOf(e.getOriginalMessage()).replaceFirst("(?s)\\s*\\(start marker at.*", "");
        String line = e.getLocation() == null || e.getLocation().getLineNr() < 1
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return (message.length() > 200 ? message.substring(0, 200) : message).replaceAll("\\s+", " ") + line;
    }

    /** Where the text begins, after a byte order mark. Refuses UTF-16 and UTF-32. */
    private static int start(byte[] body) {
        if (body.length == 0) {
            throw ApiException.invalid(null, "invalid_json", "the body is empty; one JSON object is expected");
        }
        int first = body[0] & 0xFF;
        int second = body.length < 2 ? -1 : body[1] & 0xFF;
        if (first == 0xFE && second == 0xFF || first == 0xFF && second == 0xFE || first == 0 || second == 0) {
            throw ApiException.invalid(null, "invalid_json", "the body is in UTF-16 or UTF-32; send UTF-8");
        }
        boolean marked = first == 0xEF && second == 0xBB && body.length > 2 && (body[2] & 0xFF) == 0xBF;
        return marked ? 3 : 0;
    }

    /** Refuses unpaired surrogates, which JSON escapes can write: they have no UTF-8. */
    private static void requireCharacters(Object value) {
        switch (value) {
            case String text -> {
                for (int i = 0; i < text.length(); i++) {
                    if (Character.isHighSurrogate(text.charAt(i))
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        i++;
                    } else if (Character.isSurrogate(text.charAt(i))) {
                        throw ApiException.invalid(
                                null,
                                "invalid_json",
                                "a string of the body has \\u%04x, half of a surrogate pair, without the other half"
                                        .formatted((int) text.charAt(i)));
                    }
                }
            }
            case Map<?, ?> map ->
                map.forEach((name, item) -> {
                    requireCharacters(name);
                    requireCharacters(item);
                });
            case List<?> list -> list.forEach(ServerJson::requireCharacters);
            case null, default -> {}
        }
    }

    private static void requireUtf8(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(VALIDATED_AT_ONCE);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw ApiException.invalid(
                    null, "invalid_json", "the body is not valid UTF-8 (at byte " + in.position() + ")");
        }
    }

    public byte[] bytes(Map<String, Object> object) {
        return json.asBytes(object);
    }

    /** An error as OpenAI's clients expect it. */
    public Map<String, Object> error(ApiException problem) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", problem.getMessage());
        error.put("type", problem.type());
        error.put("param", problem.param());
        error.put("code", problem.code());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error);
        return body;
    }
}
