// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.Work;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Objects: their properties in the schema's order, then others if {@code additionalProperties} is given. A schema that
 * names properties and says nothing of others gets no others.
 */
final class ObjectSchema {
    private static final int MAX_REFERENCES = 64;
    private static final Set<String> MERGEABLE =
            Set.of("type", "properties", "required", "additionalProperties", "nullable", "allOf");

    private record Property(String name, RulePart pair, boolean required) {}

    private final SchemaCompiler compiler;
    private final Schema schema;
    private final int depth;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, String> pointers = new LinkedHashMap<>();
    private final Set<String> required = new LinkedHashSet<>();
    private Property[] properties;

    /** Key and value of a property that the schema does not name, or null if there is to be none. */
    private RulePart other;

    ObjectSchema(SchemaCompiler compiler, Schema schema, int depth) {
        this.compiler = compiler;
        this.schema = schema;
        this.depth = depth;
    }

    /** The schema's own properties. */
    RulePart node() {
        collect(schema);
        return build();
    }

    /** Its own properties and those of all members of {@code allOf}. */
    RulePart merged(References references) {
        schema.only("beside 'allOf'", MERGEABLE);
        objectsOnly(schema);
        collect(schema);
        int index = 0;
        for (Object member : schema.list("allOf")) {
            Schema part = resolve(member, schema.pointer("allOf") + "/" + index++, references);
            part.only("inside 'allOf'", Set.of("type", "properties", "required"));
            objectsOnly(part);
            collect(part);
        }
        if (schema.has("additionalProperties") && !schema.flag("additionalProperties")) {
            throw schema.error("additionalProperties", "false is not supported beside 'allOf'");
        }
        return build();
    }

    private static Schema resolve(Object value, String pointer, References references) {
        Object member = value;
        String place = pointer;
        for (int i = 0; member instanceof Map<?, ?> map; i++) {
            Schema part = new Schema(map, place);
            if (!part.has("$ref")) {
                return part;
            }
            part.only("beside '$ref'", Set.of("$ref"));
            if (i == MAX_REFERENCES) {
                throw part.error("$ref", "more than " + MAX_REFERENCES + " references lead from one to the next");
            }
            String name = references.name(part);
            member = references.find(name);
            place = name.substring(1);
        }
        throw GrammarException.at(place, "a member of 'allOf' must be an object");
    }

    private static void objectsOnly(Schema part) {
        if (part.has("type") && !"object".equals(part.get("type"))) {
            throw part.error("type", "'allOf' is supported for objects only");
        }
    }

    private void collect(Schema part) {
        for (Map.Entry<?, ?> entry : part.object("properties").entrySet()) {
            compiler.work().spend(8);
            String name = String.valueOf(entry.getKey());
            String pointer = part.pointer("properties") + "/" + Schema.escape(name);
            if (values.containsKey(name) && !same(values.get(name), entry.getValue(), pointer)) {
                throw GrammarException.at(pointer, "'allOf' says two things of this property");
            }
            values.putIfAbsent(name, entry.getValue() == null ? Map.of() : entry.getValue());
            pointers.putIfAbsent(name, pointer);
            if (entry.getValue() == null) {
                throw GrammarException.at(pointer, "a schema must be an object, true or false");
            }
        }
        List<String> names = part.strings("required");
        compiler.work().spend(names.size());
        required.addAll(names);
    }

    /** As texts, whose depth is bounded. */
    private boolean same(Object a, Object b, String pointer) {
        Work work = compiler.work();
        return a == b || JsonText.write(a, pointer, work).equals(JsonText.write(b, pointer, work));
    }

    private RulePart build() {
        Object additional = schema.has("additionalProperties")
                ? schema.get("additionalProperties")
                : values.isEmpty() ? Boolean.TRUE : Boolean.FALSE;
        boolean others = !Boolean.FALSE.equals(additional);
        RulePart anything = null;
        if (values.isEmpty() && required.isEmpty() && Boolean.TRUE.equals(additional)) {
            return JsonText.OBJECT;
        }
        for (String name : required) {
            if (!values.containsKey(name)) {
                if (!others && schema.has("additionalProperties")) {
                    throw schema.error(
                            "required",
                            "'" + GrammarException.shown(name)
                                    + "' is required, but neither in 'properties' nor additional");
                }
                values.put(name, others ? additional : Boolean.TRUE);
                pointers.put(name, schema.pointer(others ? "additionalProperties" : "required"));
            }
        }
        if (others) {
            anything = compiler.shared(compiler.node(additional, schema.pointer("additionalProperties"), depth + 1));
            other = pair(new AdditionalKeys(values.keySet(), schema, compiler.work()).node(), anything);
        }
        boolean inOrder = other == null && required.containsAll(values.keySet());
        properties = new Property[values.size()];
        int index = 0;
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            String name = entry.getKey();
            String pointer = pointers.get(name);
            RulePart value = anything != null && entry.getValue() == additional
                    ? anything
                    : compiler.node(entry.getValue(), pointer, depth + 1);
            RulePart pair = pair(RulePart.text(JsonText.write(name, pointer, compiler.work())), value);
            properties[index] = new Property(name, inOrder ? pair : compiler.share(pair), required.contains(name));
            index++;
        }
        return JsonText.object(inOrder ? all() : some());
    }

    private static RulePart pair(RulePart key, RulePart value) {
        return RulePart.sequence(key, RulePart.text(":"), JsonText.SPACE, value);
    }

    private RulePart all() {
        RulePart[] parts = new RulePart[2 * properties.length];
        for (int i = 0; i < properties.length; i++) {
            parts[2 * i] = i == 0 ? RulePart.EMPTY : JsonText.comma();
            parts[2 * i + 1] = properties[i].pair();
        }
        return parts.length == 0 ? RulePart.EMPTY : RulePart.sequence(RulePart.sequence(parts), JsonText.SPACE);
    }

    /** Rules for what may follow when some properties have been written or left out, from the last to the first. */
    private RulePart some() {
        RulePart nothing = RulePart.EMPTY;
        RulePart first = nothing;
        RulePart later = JsonText.SPACE;
        if (other != null) {
            RulePart another = compiler.share(other);
            later = RulePart.sequence(RulePart.any(RulePart.sequence(JsonText.comma(), another)), JsonText.SPACE);
            first = RulePart.optional(RulePart.sequence(another, later));
        }
        for (int i = properties.length - 1; i >= 0; i--) {
            RulePart after = compiler.share(later);
            RulePart begun = RulePart.sequence(properties[i].pair(), after);
            RulePart continued = RulePart.sequence(JsonText.comma(), properties[i].pair(), after);
            if (properties[i].required()) {
                first = begun;
                later = continued;
            } else {
                first = RulePart.choice(begun, compiler.share(first));
                later = RulePart.choice(continued, after);
            }
        }
        return first;
    }
}
