// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.CodePoints;
import dev.myna.engine.grammar.rules.Rule;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.RuleSet;
import dev.myna.engine.grammar.rules.Work;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Turns a JSON schema into rules; refuses what they could not express. */
public final class SchemaCompiler {
    static final int MAX_DEPTH = 64;
    private static final int MAX_SCHEMAS = 20_000;
    private static final String ROOT = "root";

    private static final Set<String> OBJECT = Set.of("properties", "required", "additionalProperties");
    private static final Set<String> ARRAY = Set.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems");
    private static final Set<String> STRING = Set.of("minLength", "maxLength", "pattern", "format");
    private static final Set<String> NUMBER = Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");

    private final References references;

    /** Begins the names of this schema's rules. */
    private final String prefix;

    private final List<Rule> rules;
    private final int mostRules;
    private final Set<String> known = new HashSet<>();
    private final Deque<String> pending = new ArrayDeque<>();

    /** What characters of patterns are in JSON, by the set: half of them have 34 spellings. */
    private final Map<CodePoints, RulePart> characters = new HashMap<>();

    private final Work work;
    private int schemas;

    /**
     * @param prefix begins the names of this schema's rules
     * @param rules where they go, beside {@link JsonText#rules}
     * @param mostRules as many of them as there may be
     */
    public SchemaCompiler(Map<?, ?> schema, String prefix, List<Rule> rules, int mostRules, Work work) {
        this.work = work;
        this.mostRules = mostRules;
        this.prefix = prefix;
        this.rules = rules;
        references = new References(schema, work);
    }

    public static RuleSet compile(Map<?, ?> schema, Work work) {
        return new SchemaCompiler(schema, "", new ArrayList<>(JsonText.rules()), RuleSet.MAX_RULES, work).run();
    }

    Work work() {
        return work;
    }

    private RuleSet run() {
        // Models of the SPM kind begin with a space, which is no part of the answer.
        addRule(ROOT, RulePart.sequence(RulePart.optional(RulePart.text(" ")), whole()));
        finish();
        return new RuleSet(rules, ROOT, work);
    }

    /** What satisfies the whole schema. */
    public RulePart whole() {
        return reference("#");
    }

    /** Makes the rules of everything that was referred to. */
    public void finish() {
        while (!pending.isEmpty()) {
            String name = pending.remove();
            addRule(prefix + name, node(references.find(name), name.substring(1), 0));
        }
    }

    private RulePart reference(String name) {
        if (known.add(name)) {
            pending.add(name);
        }
        return RulePart.reference(prefix + name);
    }

    /** A rule of its own for a part that is used more than once. */
    public RulePart share(RulePart body) {
        String name = prefix + "part " + rules.size();
        addRule(name, body);
        return RulePart.reference(name);
    }

    /** A part that is used more than once, made once. */
    RulePart shared(RulePart body) {
        return body instanceof RulePart.Reference ? body : share(body);
    }

    /** One character of a set as a JSON string spells it; {@code make} makes what is not known yet. */
    RulePart characters(CodePoints set, Function<CodePoints, RulePart> make) {
        RulePart known = characters.get(set);
        if (known == null) {
            RulePart made = make.apply(set);
            known = made instanceof RulePart.Choice ? share(made) : made;
            characters.put(set, known);
        }
        return known;
    }

    private void addRule(String name, RulePart body) {
        if (rules.size() >= mostRules) {
            throw GrammarException.at("", "the schema is too large: it needs more than " + mostRules + " rules");
        }
        rules.add(new Rule(name, body, 0, 0));
    }

    /** What satisfies a schema. */
    public RulePart node(Object value, String pointer, int depth) {
        if (depth > MAX_DEPTH) {
            throw GrammarException.at(pointer, "the schema is nested more than " + MAX_DEPTH + " deep");
        }
        if (++schemas > MAX_SCHEMAS) {
            throw GrammarException.at(pointer, "the schema is too large: more than " + MAX_SCHEMAS + " subschemas");
        }
        if (value instanceof Boolean allowed) {
            if (!allowed) {
                throw GrammarException.at(pointer, "false allows no value");
            }
            return JsonText.VALUE;
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw GrammarException.at(pointer, "a schema must be an object, true or false");
        }
        work.spend(1 + map.size() + pointer.length() / 16);
        Schema schema = new Schema(map, pointer);
        RulePart node = combined(schema, depth);
        return schema.flag("nullable") ? RulePart.choice(node, JsonText.NULL) : node;
    }

    private RulePart combined(Schema schema, int depth) {
        if (schema.has("$ref")) {
            schema.only("beside '$ref'", Set.of("$ref", "nullable"));
            return reference(references.name(schema));
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                schema.only("beside '" + keyword + "'", Set.of(keyword, "nullable"));
                return alternatives(schema, keyword, depth);
            }
        }
        if (schema.has("allOf")) {
            return allOf(schema, depth);
        }
        for (String keyword : List.of("enum", "const")) {
            if (schema.has(keyword)) {
                schema.only("beside '" + keyword + "'", Set.of(keyword, "type", "nullable"));
                return SchemaValues.node(schema, keyword, work);
            }
        }
        return typed(schema, depth);
    }

    private RulePart alternatives(Schema schema, String keyword, int depth) {
        List<RulePart> options = new ArrayList<>();
        for (Object option : schema.nonEmptyList(keyword)) {
            options.add(node(option, schema.pointer(keyword) + "/" + options.size(), depth + 1));
        }
        return RulePart.choice(options);
    }

    private RulePart allOf(Schema schema, int depth) {
        List<?> members = schema.nonEmptyList("allOf");
        if (members.size() == 1 && schema.keywords().stream().allMatch(Set.of("allOf", "nullable")::contains)) {
            return node(members.getFirst(), schema.pointer("allOf") + "/0", depth + 1);
        }
        return new ObjectSchema(this, schema, depth).merged(references);
    }

    private RulePart typed(Schema schema, int depth) {
        Set<String> types = types(schema);
        Set<String> supported = new LinkedHashSet<>(Set.of("type", "nullable"));
        for (String type : types) {
            supported.addAll(keywords(type));
        }
        boolean anything = !schema.has("type") && types.isEmpty();
        schema.only(schema.has("type") ? "for type " + String.join(", ", types) : "here", supported);
        if (anything) {
            return JsonText.VALUE;
        }
        if (types.contains("number")) {
            types.remove("integer");
        }
        List<RulePart> options = new ArrayList<>();
        for (String type : types) {
            options.add(
                    switch (type) {
                        case "object" -> new ObjectSchema(this, schema, depth).node();
                        case "array" -> new ArraySchema(this, schema, depth).node();
                        case "string" -> StringSchema.node(schema, this);
                        case "integer", "number" -> NumberSchema.node(schema, type.equals("integer"));
                        case "boolean" -> JsonText.BOOLEAN;
                        default -> JsonText.NULL;
                    });
        }
        return RulePart.choice(options);
    }

    /** The types named, or else those that the keywords speak of. */
    private static Set<String> types(Schema schema) {
        Set<String> types = new LinkedHashSet<>();
        if (!schema.has("type")) {
            for (String type : List.of("object", "array", "string", "number")) {
                if (schema.keywords().stream().anyMatch(keywords(type)::contains)) {
                    types.add(type);
                }
            }
            return types;
        }
        if (schema.get("type") instanceof List<?>) {
            schema.nonEmptyList("type");
            types.addAll(schema.strings("type"));
        } else {
            types.add(schema.string("type"));
        }
        for (String type : types) {
            if (!SchemaValues.TYPES.contains(type)) {
                throw schema.error(
                        "type",
                        "'" + GrammarException.shown(type) + "' is not a type; types are "
                                + String.join(", ", SchemaValues.TYPES));
            }
        }
        return types;
    }

    private static Set<String> keywords(String type) {
        return switch (type) {
            case "object" -> OBJECT;
            case "array" -> ARRAY;
            case "string" -> STRING;
            case "number", "integer" -> NUMBER;
            default -> Set.of();
        };
    }
}
