// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar;

import static dev.myna.engine.grammar.rules.RulePart.any;
import static dev.myna.engine.grammar.rules.RulePart.choice;
import static dev.myna.engine.grammar.rules.RulePart.optional;
import static dev.myna.engine.grammar.rules.RulePart.sequence;
import static dev.myna.engine.grammar.rules.RulePart.text;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.CodePoints;
import dev.myna.engine.grammar.rules.Rule;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.RuleSet;
import dev.myna.engine.grammar.rules.Work;
import dev.myna.engine.grammar.schema.JsonText;
import dev.myna.engine.grammar.schema.Schema;
import dev.myna.engine.grammar.schema.SchemaCompiler;
import dev.myna.engine.tools.Tool;
import dev.myna.engine.tools.ToolFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Calls of tools as rules (docs/spec/chat-templates.md 8). What JSON notations write is held to the schemas as a whole; other notations
 * have words of their own for texts, whose lengths and patterns are not looked at.
 */
final class CallGrammar {
    private static final String ROOT = "root";

    /** Keywords that say what values there may be. */
    private static final List<String> VALUES = List.of("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref");

    private static final RulePart ESCAPE = text("<escape>");

    private static final RulePart SPACE = optional(choice(text("\n"), text(" ")));

    private final ToolFormat format;
    private final List<Tool> tools;
    private final Work work;
    private final List<String> loose = new ArrayList<>();
    private List<Rule> rules = new ArrayList<>();

    CallGrammar(ToolFormat format, List<Tool> tools, Work work) {
        this.format = format;
        this.tools = tools;
        this.work = work;
    }

    /** Names of tools whose schemas could not be followed. */
    List<String> loose() {
        return loose;
    }

    RuleSet rules(boolean many, boolean opened) {
        rules = new ArrayList<>(JsonText.rules());
        List<RulePart> calls = new ArrayList<>();
        for (int i = 0; i < tools.size(); i++) {
            calls.add(call(tools.get(i), "tool " + i + " "));
        }
        RulePart call = shared("call", choice(calls));
        RulePart body = sequence(text(opened ? "" : format.begin()), answer(call, many));
        rules.add(new Rule(ROOT, sequence(body, SPACE), 0, 0));
        return new RuleSet(rules, ROOT, RuleSet.MAX_TOOL_RULES, work);
    }

    private RulePart shared(String name, RulePart body) {
        rules.add(new Rule(name, body, 0, 0));
        return RulePart.reference(name);
    }

    /** A call of one tool: as its schema says, or else any object. */
    private RulePart call(Tool tool, String prefix) {
        int before = rules.size();
        try {
            return call(tool, prefix, objectSchema(tool.parameters()));
        } catch (GrammarException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            rules.subList(before, rules.size()).clear();
            loose.add(tool.name());
            return call(tool, prefix + "any ", Map.of("type", "object"));
        }
    }

    private RulePart call(Tool tool, String prefix, Map<String, Object> schema) {
        // Some faults show only when all rules of a schema are looked at together.
        SchemaCompiler.compile(schema, work);
        SchemaCompiler compiler = new SchemaCompiler(schema, prefix, rules, RuleSet.MAX_TOOL_RULES, work);
        RulePart call = switch (format) {
            case HERMES -> json("name", "arguments", tool, compiler.whole());
            case LLAMA3 -> json("name", "parameters", tool, compiler.whole());
            case MISTRAL ->
                choice(
                        sequence(text(tool.name() + "[ARGS]"), compiler.whole()),
                        sequence(
                                text("["),
                                json("name", "arguments", tool, compiler.whole()),
                                JsonText.SPACE,
                                text("]")));
            case COHERE -> json("tool_name", "parameters", tool, compiler.whole());
            case PYTHONIC, GEMMA3 ->
                sequence(
                        text(tool.name() + "("),
                        members(compiler, schema, text(", "), CallGrammar::keyword, this::python),
                        text(")"));
            case FUNCTIONGEMMA ->
                sequence(
                        text("call:" + tool.name() + "{"),
                        members(compiler, schema, text(","), CallGrammar::plainKey, this::gemma),
                        text("}<end_function_call>"));
            case QWEN3CODER ->
                sequence(
                        text("<function=" + tool.name() + ">\n"),
                        members(compiler, schema, RulePart.EMPTY, CallGrammar::parameter, this::tagged),
                        text("</function>"));
        };
        compiler.finish();
        return call;
    }

    /** Arguments are an object even if the schema forgets to say so. */
    private static Map<String, Object> objectSchema(Map<String, Object> parameters) {
        if (parameters.isEmpty()) {
            return Map.of("type", "object", "properties", Map.of(), "additionalProperties", false);
        }
        if (parameters.containsKey("type") || !parameters.containsKey("properties")) {
            return parameters;
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.putAll(parameters);
        return schema;
    }

    /** Everything behind the opening mark. */
    private RulePart answer(RulePart call, boolean many) {
        return switch (format) {
            case HERMES, QWEN3CODER -> {
                RulePart rest = sequence(SPACE, call, SPACE, text("</tool_call>"));
                yield list(rest, sequence(SPACE, text(format.begin())), many);
            }
            case LLAMA3 -> list(call, text("; "), many);
            case PYTHONIC -> sequence(text("["), list(call, text(", "), many), text("]"));
            case GEMMA3 -> sequence(text("\n"), list(call, text("\n"), many), text("\n```"));
            case MISTRAL, FUNCTIONGEMMA -> list(call, text(format.begin()), many);
            case COHERE ->
                sequence(
                        text("["),
                        JsonText.SPACE,
                        list(call, JsonText.comma(), many),
                        JsonText.SPACE,
                        text("]<|END_ACTION|>"));
        };
    }

    private static RulePart list(RulePart call, RulePart separator, boolean many) {
        return many ? sequence(call, any(sequence(separator, call))) : call;
    }

    private RulePart json(String nameKey, String argumentsKey, Tool tool, RulePart arguments) {
        RulePart id = format == ToolFormat.COHERE
                ? sequence(
                        text("\"tool_call_id\": \""),
                        new RulePart.Repeat(new RulePart.Characters(JsonText.DIGITS), 1, 3),
                        text("\", "))
                : RulePart.EMPTY;
        return sequence(
                text("{"),
                JsonText.SPACE,
                id,
                text("\"" + nameKey + "\":"),
                JsonText.SPACE,
                text("\"" + tool.name() + "\""),
                JsonText.comma(),
                text("\"" + argumentsKey + "\":"),
                JsonText.SPACE,
                arguments,
                JsonText.SPACE,
                text("}"));
    }

    /** How a value is written: what satisfies its schema, whose place is known. */
    private interface Values {
        RulePart of(SchemaCompiler compiler, Map<?, ?> schema, String pointer);
    }

    /** Properties in the schema's order; those that are not required may be left out. */
    private RulePart members(
            SchemaCompiler compiler,
            Map<String, Object> schema,
            RulePart separator,
            BiFunction<String, RulePart, RulePart> pair,
            Values values) {
        if (schema.containsKey("$ref") || schema.containsKey("allOf") || schema.containsKey("anyOf")) {
            throw GrammarException.at("", "arguments of this notation need an object with properties");
        }
        Map<?, ?> properties = schema.get("properties") instanceof Map<?, ?> map ? map : Map.of();
        List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
        List<Map.Entry<?, ?>> entries = new ArrayList<>(properties.entrySet());
        RulePart first = RulePart.EMPTY;
        RulePart later = RulePart.EMPTY;
        for (int i = entries.size() - 1; i >= 0; i--) {
            String name = (String) entries.get(i).getKey();
            String pointer = "/properties/" + Schema.escape(name);
            Map<?, ?> property = entries.get(i).getValue() instanceof Map<?, ?> map ? map : Map.of();
            RulePart one = compiler.share(pair.apply(name, values.of(compiler, property, pointer)));
            RulePart after = compiler.share(later);
            RulePart begun = sequence(one, after);
            RulePart continued = sequence(separator, one, after);
            if (required.contains(name)) {
                first = begun;
                later = continued;
            } else {
                first = choice(begun, compiler.share(first));
                later = choice(continued, after);
            }
        }
        return first;
    }

    private static RulePart keyword(String name, RulePart value) {
        if (name.isEmpty()
                || !Character.isUnicodeIdentifierStart(name.codePointAt(0)) && name.charAt(0) != '_'
                || !name.codePoints().allMatch(Character::isUnicodeIdentifierPart)) {
            throw GrammarException.at(
                    "/properties", "'" + GrammarException.shown(name) + "' is no name of an argument");
        }
        return sequence(text(name + "="), value);
    }

    private static RulePart plainKey(String name, RulePart value) {
        if (name.isBlank() || !name.equals(name.strip()) || name.contains(":") || name.contains("<escape>")) {
            throw GrammarException.at(
                    "/properties", "'" + GrammarException.shown(name) + "' is no name of an argument");
        }
        return sequence(text(name + ":"), value);
    }

    private static RulePart parameter(String name, RulePart value) {
        if (name.contains(">") || name.isEmpty()) {
            throw GrammarException.at(
                    "/properties", "'" + GrammarException.shown(name) + "' is no name of an argument");
        }
        return sequence(text("<parameter=" + name + ">\n"), value, text("\n</parameter>\n"));
    }

    /** As JSON, but for the words of truth. */
    private RulePart python(SchemaCompiler compiler, Map<?, ?> schema, String pointer) {
        return "boolean".equals(schema.get("type")) && !schema.containsKey("enum")
                ? choice(text("True"), text("False"))
                : compiler.node(schema, pointer, 1);
    }

    /** Texts as they are, anything else as JSON. */
    private RulePart tagged(SchemaCompiler compiler, Map<?, ?> schema, String pointer) {
        if (schema.get("enum") instanceof List<?> values && values.stream().allMatch(String.class::isInstance)) {
            return choice(values.stream().map(value -> text((String) value)).toList());
        }
        return "string".equals(schema.get("type")) || saysNothing(schema)
                ? without("</parameter>")
                : compiler.node(schema, pointer, 1);
    }

    private static boolean saysNothing(Map<?, ?> schema) {
        return VALUES.stream().noneMatch(schema::containsKey);
    }

    /** Texts between tags, lists and maps without quotes. */
    private RulePart gemma(SchemaCompiler compiler, Map<?, ?> schema, String pointer) {
        if (schema.get("enum") instanceof List<?> values) {
            return choice(values.stream().map(CallGrammar::gemmaValue).toList());
        }
        if (schema.containsKey("const")) {
            return gemmaValue(schema.get("const"));
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.get(keyword) instanceof List<?> options) {
                return choice(options.stream()
                        .map(option -> gemma(compiler, map(option), pointer + "/" + keyword))
                        .toList());
            }
        }
        if (schema.containsKey("$ref") || schema.containsKey("allOf")) {
            throw GrammarException.at(pointer, "references are not supported in this notation");
        }
        List<?> types = schema.get("type") instanceof List<?> list ? list : List.of(type(schema));
        return choice(types.stream()
                .map(type -> gemma(compiler, String.valueOf(type), schema, pointer))
                .toList());
    }

    private static String type(Map<?, ?> schema) {
        return schema.get("type") instanceof String type ? type : "string";
    }

    private RulePart gemma(SchemaCompiler compiler, String type, Map<?, ?> schema, String pointer) {
        return switch (type) {
            case "integer", "number", "boolean", "null" -> {
                Map<String, Object> one = new LinkedHashMap<>();
                schema.forEach((key, value) -> one.put((String) key, value));
                one.put("type", type);
                yield compiler.node(one, pointer, 1);
            }
            case "array" -> {
                RulePart item = compiler.share(gemma(compiler, map(schema.get("items")), pointer + "/items"));
                yield sequence(text("["), optional(sequence(item, any(sequence(text(","), item)))), text("]"));
            }
            case "object" -> {
                Map<String, Object> object = new LinkedHashMap<>();
                schema.forEach((key, value) -> object.put((String) key, value));
                yield sequence(
                        text("{"), members(compiler, object, text(","), CallGrammar::plainKey, this::gemma), text("}"));
            }
            default -> sequence(ESCAPE, without("<escape>"), ESCAPE);
        };
    }

    private static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static RulePart gemmaValue(Object value) {
        return value instanceof String text
                ? sequence(ESCAPE, text(text), ESCAPE)
                : text(JsonText.write(value, "", new Work()));
    }

    /** Any text in which a tag does not occur, whose first character it has only once. */
    static RulePart without(String tag) {
        CodePoints begin = CodePoints.of(tag.charAt(0), tag.charAt(0));
        List<RulePart> begun = new ArrayList<>();
        List<RulePart> left = new ArrayList<>();
        for (int i = 1; i < tag.length(); i++) {
            RulePart prefix = text(tag.substring(0, i));
            begun.add(prefix);
            CodePoints next = CodePoints.of(tag.charAt(i), tag.charAt(i));
            left.add(sequence(
                    prefix, new RulePart.Characters(CodePoints.ALL.minus(begin).minus(next))));
        }
        RulePart plain = new RulePart.Characters(CodePoints.ALL.minus(begin));
        RulePart other = sequence(any(choice(begun)), choice(left));
        return sequence(any(choice(plain, other)), any(choice(begun)));
    }
}
