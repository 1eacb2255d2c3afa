// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import dev.myna.engine.error.RequestException;
import dev.myna.loaders.text.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A function that a model may call.
 *
 * @param name 1 to 64 of {@code A-Z a-z 0-9 _ . -}
 * @param description what it does, for the model; null for none
 * @param parameters JSON schema of its arguments, an object: as parsed from JSON, in the order in which a model shall write them;
 *     empty for none
 */
public record Tool(String name, String description, Map<String, Object> parameters) {
    /** The most tools of a request. */
    public static final int MOST = 128;

    private static final int MAX_DEPTH = 8;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    public Tool {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new RequestException(
                    "a tool's name is 1 to 64 of A-Z, a-z, 0-9, _, . and -, not '" + shown(name) + "'");
        }
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    static String shown(String name) {
        return Text.line(String.valueOf(name), 80);
    }

    /** The tools by their names. @throws RequestException if there are too many, or two have one name */
    static Map<String, Tool> byName(List<Tool> tools) {
        if (tools.size() > MOST) {
            throw new RequestException("a request may have " + MOST + " tools, not " + tools.size());
        }
        Map<String, Tool> byName = new LinkedHashMap<>();
        for (Tool tool : tools) {
            if (byName.put(tool.name(), tool) != null) {
                throw new RequestException("two tools are called " + tool.name());
            }
        }
        return byName;
    }

    /** JSON types that an argument may have; empty if the schema does not say. */
    Set<String> types(String argument) {
        return parameters.get("properties") instanceof Map<?, ?> properties
                        && properties.get(argument) instanceof Map<?, ?> schema
                ? types(schema, 0)
                : Set.of();
    }

    private static Set<String> types(Map<?, ?> schema, int depth) {
        Set<String> types = new LinkedHashSet<>();
        if (schema.get("type") instanceof String type) {
            types.add(type);
        } else if (schema.get("type") instanceof List<?> list) {
            list.forEach(type -> types.add(String.valueOf(type)));
        } else if (schema.get("enum") instanceof List<?> values) {
            values.forEach(value -> types.add(JsonValue.type(value)));
        } else if (schema.containsKey("const")) {
            types.add(JsonValue.type(schema.get("const")));
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (depth < MAX_DEPTH && schema.get(keyword) instanceof List<?> options) {
                for (Object option : options) {
                    types.addAll(option instanceof Map<?, ?> map ? types(map, depth + 1) : Set.of());
                }
            }
        }
        return types;
    }
}
