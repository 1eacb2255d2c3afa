// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.Work;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Values that a schema lists: {@code enum} and {@code const}. */
public final class SchemaValues {
    public static final List<String> TYPES =
            List.of("object", "array", "string", "number", "integer", "boolean", "null");

    private SchemaValues() {}

    static RulePart node(Schema schema, String keyword, Work work) {
        List<RulePart> options = new ArrayList<>();
        List<?> values = keyword.equals("enum") ? schema.nonEmptyList(keyword) : one(schema.get(keyword));
        Set<String> types = types(schema);
        String pointer = schema.pointer(keyword);
        for (Object value : values) {
            String text = JsonText.write(value, pointer, work);
            if (types == null || hasType(types, value, text)) {
                options.add(RulePart.text(text));
            }
        }
        if (options.isEmpty()) {
            throw schema.error(keyword, "no value is of the type that 'type' names");
        }
        return RulePart.choice(options);
    }

    private static List<Object> one(Object value) {
        List<Object> list = new ArrayList<>();
        list.add(value);
        return list;
    }

    /** The types named, or null. */
    private static Set<String> types(Schema schema) {
        if (!schema.has("type")) {
            return null;
        }
        return schema.get("type") instanceof List<?>
                ? new HashSet<>(schema.strings("type"))
                : Set.of(schema.string("type"));
    }

    private static boolean hasType(Set<String> types, Object value, String text) {
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
