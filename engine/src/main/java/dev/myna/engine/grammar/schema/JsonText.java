// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.grammar.schema;

import static dev.myna.engine.grammar.rules.RulePart.any;
import static dev.myna.engine.grammar.rules.RulePart.choice;
import static dev.myna.engine.grammar.rules.RulePart.optional;
import static dev.myna.engine.grammar.rules.RulePart.reference;
import static dev.myna.engine.grammar.rules.RulePart.sequence;
import static dev.myna.engine.grammar.rules.RulePart.text;

import dev.myna.engine.error.GrammarException;
import dev.myna.engine.grammar.rules.CodePoints;
import dev.myna.engine.grammar.rules.Rule;
import dev.myna.engine.grammar.rules.RulePart;
import dev.myna.engine.grammar.rules.Work;
import dev.myna.engine.tools.JsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) as rules. White space is bounded, and so are the digits of numbers: a weak model could go on with them
 * for ever. Escaped surrogates come in pairs only.
 */
public final class JsonText {
    private static final int MAX_INDENT = 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_BITS = 1024;

    /** Characters that stand for themselves in a string. */
    static final CodePoints PLAIN = CodePoints.ALL.minus(CodePoints.of(0, 0x1F, '"', '"', '\\', '\\'));

    public static final CodePoints DIGITS = CodePoints.of('0', '9');
    static final CodePoints NOT_ZERO = CodePoints.of('1', '9');
    public static final RulePart SPACE = reference("space");
    static final RulePart VALUE = reference("value");
    static final RulePart OBJECT = reference("object");
    static final RulePart ARRAY = reference("array");
    static final RulePart STRING = reference("string");
    static final RulePart CHARACTER = reference("character");
    static final RulePart NUMBER = reference("number");
    static final RulePart INTEGER = reference("integer");
    static final RulePart BOOLEAN = choice(text("true"), text("false"));
    static final RulePart NULL = text("null");

    private static final RulePart COMMA = sequence(text(","), SPACE);

    private JsonText() {}

    /** The rules the nodes above refer to. */
    public static List<Rule> rules() {
        RulePart pair = sequence(STRING, text(":"), SPACE, VALUE);
        RulePart hex = characters('0', '9', 'A', 'F', 'a', 'f');
        RulePart unicode = choice(
                sequence(characters('0', '9', 'A', 'C', 'E', 'F', 'a', 'c', 'e', 'f'), hex, hex, hex),
                sequence(characters('D', 'D', 'd', 'd'), characters('0', '7'), hex, hex),
                sequence(
                        characters('D', 'D', 'd', 'd'),
                        characters('8', '9', 'A', 'B', 'a', 'b'),
                        hex,
                        hex,
                        text("\\u"),
                        characters('D', 'D', 'd', 'd'),
                        characters('C', 'F', 'c', 'f'),
                        hex,
                        hex));
        RulePart escaped = sequence(
                text("\\"),
                choice(
                        characters('"', '"', '\\', '\\', '/', '/', 'b', 'b', 'f', 'f', 'n', 'n', 'r', 'r', 't', 't'),
                        sequence(text("u"), unicode)));
        RulePart exponent = sequence(
                characters('E', 'E', 'e', 'e'),
                optional(characters('+', '+', '-', '-')),
                new RulePart.Repeat(new RulePart.Characters(DIGITS), 1, 2));
        RulePart indent = new RulePart.Repeat(characters(' ', ' ', '\t', '\t'), 0, MAX_INDENT);
        return List.of(
                rule("space", optional(choice(text(" "), sequence(text("\n"), indent)))),
                rule("value", choice(OBJECT, ARRAY, STRING, NUMBER, BOOLEAN, NULL)),
                rule("object", object(optional(sequence(pair, any(sequence(COMMA, pair)), SPACE)))),
                rule("array", array(optional(sequence(VALUE, any(sequence(COMMA, VALUE)), SPACE)))),
                rule("string", sequence(text("\""), any(CHARACTER), text("\""))),
                rule("character", choice(new RulePart.Characters(PLAIN), escaped)),
                rule("integer", sequence(optional(text("-")), wholeDigits())),
                rule("number", sequence(INTEGER, optional(fraction()), optional(exponent))));
    }

    /** At most 16 digits. */
    private static RulePart wholeDigits() {
        return choice(
                text("0"),
                sequence(
                        new RulePart.Characters(NOT_ZERO),
                        new RulePart.Repeat(new RulePart.Characters(DIGITS), 0, 15)));
    }

    static RulePart fraction() {
        return sequence(text("."), new RulePart.Repeat(new RulePart.Characters(DIGITS), 1, 16));
    }

    /** An object around members, which end with white space. */
    static RulePart object(RulePart members) {
        return sequence(text("{"), SPACE, members, text("}"));
    }

    /** An array around elements, which end with white space. */
    static RulePart array(RulePart elements) {
        return sequence(text("["), SPACE, elements, text("]"));
    }

    /** What stands between two members or elements. */
    public static RulePart comma() {
        return COMMA;
    }

    private static RulePart characters(int... bounds) {
        return new RulePart.Characters(CodePoints.of(bounds));
    }

    private static Rule rule(String name, RulePart body) {
        return new Rule(name, body, 0, 0);
    }

    /** A value as compact JSON text. */
    public static String write(Object value, String pointer, Work work) {
        StringBuilder json = new StringBuilder();
        write(value, pointer, 0, json, work);
        return json.toString();
    }

    private static void write(Object value, String pointer, int depth, StringBuilder out, Work work) {
        work.spend(1);
        if (depth > MAX_DEPTH) {
            throw GrammarException.at(pointer, "the value is nested more than " + MAX_DEPTH + " deep");
        }
        switch (value) {
            case null -> out.append("null");
            case Boolean flag -> out.append(flag);
            case Number number -> out.append(number(number, pointer));
            case String string -> {
                work.spend(string.length());
                JsonValue.quote(string, out);
            }
            case List<?> list -> {
                String separator = "[";
                for (Object item : list) {
                    out.append(separator);
                    write(item, pointer, depth + 1, out, work);
                    separator = ",";
                }
                out.append(list.isEmpty() ? "[]" : "]");
            }
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator);
                    String key = String.valueOf(entry.getKey());
                    work.spend(key.length());
                    JsonValue.quote(key, out);
                    out.append(':');
                    write(entry.getValue(), pointer, depth + 1, out, work);
                    separator = ",";
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            default -> throw GrammarException.at(pointer, "this value is not JSON");
        }
    }

    private static String number(Number number, String pointer) {
        if (number instanceof Double || number instanceof Float) {
            double value = number.doubleValue();
            if (!Double.isFinite(value)) {
                throw GrammarException.at(pointer, value + " is not a JSON number");
            }
            boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
            return whole ? Long.toString((long) value) : number.toString();
        }
        return switch (number) {
            case Byte _, Short _, Integer _, Long _ -> number.toString();
            case BigInteger big when big.bitLength() <= MAX_NUMBER_BITS -> big.toString();
            case BigDecimal big when big.unscaledValue().bitLength() <= MAX_NUMBER_BITS -> big.toString();
            case BigInteger _, BigDecimal _ ->
                throw GrammarException.at(pointer, "a number of more than 300 digits is not supported");
            default -> throw GrammarException.at(pointer, "this value is not a JSON number");
        };
    }
}
