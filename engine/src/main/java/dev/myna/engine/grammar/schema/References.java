// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.Work;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Finds the subschemas that {@code $ref} names. */
final class References {
    private final Map<?, ?> root;
    private final Work work;

    References(Map<?, ?> root, Work work) {
        this.root = root;
        this.work = work;
    }

    /** The reference of a schema: {@code #} or a JSON pointer after it. */
    String name(Schema schema) {
        String reference = schema.string("$ref");
        work.spend(reference.length());
        String shown = GrammarException.shown(reference);
        if (!reference.equals("#") && !reference.startsWith("#/$defs/") && !reference.startsWith("#/definitions/")) {
            throw schema.error(
                    "$ref", "'" + shown + "' is not supported; references go to #, #/$defs/ and #/definitions/");
        }
        String decoded;
        try {
            decoded = URLDecoder.decode(reference.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw schema.error("$ref", "'" + shown + "' is not well-formed");
        }
        if (at(decoded) == null) {
            throw schema.error("$ref", "'" + shown + "' is not in the schema");
        }
        return decoded;
    }

    /** The subschema of a name that {@link #name} gave. */
    Object find(String name) {
        return at(name);
    }

    private Object at(String name) {
        work.spend(name.length());
        Object value = root;
        String[] tokens = name.split("/", -1);
        for (int i = 1; i < tokens.length; i++) {
            String token = tokens[i].replace("~1", "/").replace("~0", "~");
            value = switch (value) {
                case Map<?, ?> map -> map.get(token);
                case List<?> list
                when token.matches("0|[1-9][0-9]{0,7}") && Integer.parseInt(token) < list.size() ->
                    list.get(Integer.parseInt(token));
                case null, default -> null;
            };
        }
        return value;
    }
}
