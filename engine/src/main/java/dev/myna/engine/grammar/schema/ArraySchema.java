// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.grammar.rules.RulePart;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Arrays: first the elements of {@code prefixItems}, then those of {@code items}. */
final class ArraySchema {
    private static final int MAX_PREFIX = 64;
    private static final int MAX_ITEMS = 1 << 16;

    private final SchemaCompiler compiler;
    private final Schema schema;
    private final int depth;

    ArraySchema(SchemaCompiler compiler, Schema schema, int depth) {
        this.compiler = compiler;
        this.schema = schema;
        this.depth = depth;
    }

    RulePart node() {
        if (schema.flag("uniqueItems")) {
            throw schema.error("uniqueItems", "'uniqueItems' is not supported");
        }
        int min = schema.count("minItems", MAX_ITEMS, 0);
        int max = schema.has("maxItems") ? limit() : RulePart.UNBOUNDED;
        List<RulePart> prefix = prefix();
        RulePart item = item();
        if (item == null && (max == RulePart.UNBOUNDED || max > prefix.size())) {
            max = prefix.size();
        }
        if (max != RulePart.UNBOUNDED && min > max) {
            throw schema.error(
                    schema.has("minItems") ? "minItems" : "maxItems",
                    min + " elements at least, but " + max + " at most");
        }
        if (max == RulePart.UNBOUNDED && !schema.keywords().contains("items") && prefix.isEmpty() && min == 0) {
            return JsonText.ARRAY;
        }
        return JsonText.array(elements(prefix, item, min, max));
    }

    /** An array of more elements than are supported is never asked for: fewer satisfy the schema as well. */
    private int limit() {
        return schema.number("maxItems").compareTo(BigDecimal.valueOf(MAX_ITEMS)) > 0
                ? MAX_ITEMS
                : schema.count("maxItems", MAX_ITEMS, 0);
    }

    private List<RulePart> prefix() {
        List<RulePart> prefix = new ArrayList<>();
        if (schema.has("prefixItems")) {
            List<?> items = schema.list("prefixItems");
            if (items.size() > MAX_PREFIX) {
                throw schema.error("prefixItems", items.size() + " schemas; at most " + MAX_PREFIX + " are supported");
            }
            for (Object value : items) {
                prefix.add(compiler.node(value, schema.pointer("prefixItems") + "/" + prefix.size(), depth + 1));
            }
        }
        return prefix;
    }

    /** What the elements after the prefix are, or null if there are to be none. */
    private RulePart item() {
        if (!schema.has("items")) {
            return JsonText.VALUE;
        }
        if (schema.get("items") instanceof List<?>) {
            throw schema.error("items", "an array of schemas is not supported here; use 'prefixItems'");
        }
        // The first element is written apart from the others: shared, or arrays of arrays would double at each level.
        return Boolean.FALSE.equals(schema.get("items"))
                ? null
                : compiler.shared(compiler.node(schema.get("items"), schema.pointer("items"), depth + 1));
    }

    private static RulePart elements(List<RulePart> prefix, RulePart item, int min, int max) {
        if (max == 0) {
            return RulePart.EMPTY;
        }
        RulePart elements = JsonText.SPACE;
        int positions = max == RulePart.UNBOUNDED ? prefix.size() : Math.min(prefix.size(), max);
        if (item != null && (max == RulePart.UNBOUNDED || max > positions)) {
            // With no prefix, the first element has no comma in front of it and is added below.
            int before = Math.max(positions, 1);
            int least = Math.max(min - before, 0);
            int most = max == RulePart.UNBOUNDED ? max : max - before;
            elements = RulePart.sequence(
                    new RulePart.Repeat(RulePart.sequence(JsonText.comma(), item), least, most), JsonText.SPACE);
        }
        if (positions == 0) {
            elements = RulePart.sequence(item, elements);
            return min == 0 ? RulePart.optional(elements) : elements;
        }
        for (int i = positions - 1; i >= 0; i--) {
            RulePart element = i == 0 ? prefix.get(i) : RulePart.sequence(JsonText.comma(), prefix.get(i));
            elements = RulePart.sequence(element, elements);
            if (i >= min) {
                // White space before the bracket belongs to the last element written.
                elements = RulePart.choice(elements, i == 0 ? RulePart.EMPTY : JsonText.SPACE);
            }
        }
        return elements;
    }
}
