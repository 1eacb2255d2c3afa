// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli;

import dev.myna.engine.RequestException;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/** JSON in and out. */
final class Json {
    private Json() {}

    /** One line. */
    static String text(Map<String, Object> values) {
        return JSON.std.asString(values);
    }

    /** A JSON object. */
    static Map<String, Object> object(String text) {
        try {
            return JSON.std.mapFrom(text);
        } catch (JacksonException e) {
            throw new RequestException("not a JSON object: " + e.getOriginalMessage());
        }
    }
}
