// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve.http;

import dev.myna.loaders.text.JsonException;
import dev.myna.loaders.text.JsonLimits;
import dev.myna.loaders.text.JsonReader;
import dev.myna.loaders.text.JsonTree;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.jr.ob.JSON;

/** Reads JSON of clients within bounds, and writes responses. */
public final class ServerJson {
    /** Far more values than a long conversation has, and a bound on the objects that one body becomes. */
    private static final JsonLimits LIMITS = new JsonLimits(64, 200_000, 64, 1024);

    private final JSON json = JSON.builder()
            .disable(JSON.Feature.HANDLE_JAVA_BEANS)
            .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
            .build();

    /**
     * A body as an object.
     *
     * @throws ApiException if it is not valid UTF-8, is not one JSON object, has a key twice, or is too deep or too long
     */
    public Map<String, Object> object(byte[] body) {
        int start = start(body);
        try {
            return JsonTree.object(JsonReader.of(body, start, body.length - start, LIMITS));
        } catch (CharacterCodingException e) {
            throw ApiException.invalid(null, "invalid_json", "the body is " + e.getMessage());
        } catch (JsonException e) {
            throw ApiException.invalid(null, "invalid_json", "the body is not one JSON object: " + e.getMessage());
        }
    }

    /** Where the text begins: some programs mark UTF-8. Says so if it is UTF-16 or 32, which other programs write. */
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
