// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values that a schema lists: {@code enum} and {@code const}. */
final class SchemaValues {
    static final List<String> TYPES = List.of("object", "array", "string", "number", "integer", "boolean", "null");

    private SchemaValues() {}

    static Node node(Schema schema, String keyword) {
        List<Node> options = new ArrayList<>();
        List<?> values = keyword.equals("enum") ? schema.nonEmptyList(keyword) : one(schema.get(keyword));
        for (Object value : values) {
            String text = JsonText.write(value, schema.pointer(keyword));
            if (hasType(schema, value, text)) {
                options.add(Node.text(text));
            }
        }
        if (options.isEmpty()) {
            throw schema.error(keyword, "no value is of the type that 'type' names");
        }
        return Node.choice(options);
    }

    private static List<Object> one(Object value) {
        List<Object> list = new ArrayList<>();
        list.add(value);
        return list;
    }

    private static boolean hasType(Schema schema, Object value, String text) {
        if (!schema.has("type")) {
            return true;
        }
        List<String> types = schema.get("type") instanceof List<?>
                ? schema.strings("type")
                : one(schema.string("type")).stream().map(String.class::cast).toList();
        return switch (value) {
            case null -> types.contains("null");
            case Boolean _ -> types.contains("boolean");
            case String _ -> types.contains("string");
            case List<?> _ -> types.contains("array");
            case Map<?, ?> _ -> types.contains("object");
            default ->
                types.contains("number")
                        || types.contains("integer")
                                && new BigDecimal(text).stripTrailingZeros().scale() <= 0;
        };
    }
}
