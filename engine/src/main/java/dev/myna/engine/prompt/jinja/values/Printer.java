// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values as text: as Python prints them, and as its {@code json.dumps} writes them. */
public final class Printer {
    private static final int MAX_DEPTH = 64;

    private final Meter meter;

    public Printer(Meter meter) {
        this.meter = meter;
    }

    /** What {@code {{ value }}} prints. */
    public Text print(Value value) {
        return switch (value) {
            case Value.Undefined _ -> Text.EMPTY;
            case Value.Str str -> str.text();
            default -> {
                StringBuilder out = new StringBuilder();
                boolean data = represent(value, out, 0);
                yield Text.of(out.toString(), data ? Text.DATA : Text.TEMPLATE);
            }
        };
    }

    /** Appends Python's repr; returns whether any string in it is data. */
    private boolean represent(Value value, StringBuilder out, int depth) {
        meter.step();
        if (depth > MAX_DEPTH) {
            throw Meter.limit("values are nested too deep to be printed");
        }
        return switch (value) {
            case Value.None _ -> add(out, "None");
            case Value.Undefined _ -> add(out, "Undefined");
            case Value.Bool bool -> add(out, bool.value() ? "True" : "False");
            case Value.Int number -> add(out, Long.toString(number.value()));
            case Value.Real number -> add(out, PythonFloat.text(number.value()));
            case Value.Str str -> {
                quote(str.toString(), out);
                yield str.text().hasData();
            }
            case Value.Sequence list ->
                elements(
                        list.elements(),
                        list.tuple() ? "(" : "[",
                        list.tuple() ? (list.elements().size() == 1 ? ",)" : ")") : "]",
                        out,
                        depth);
            case Value.View view -> elements(view.elements(), view.name() + "([", "])", out, depth);
            case Value.Mapping map -> entries(map.entries(), "{", "}", out, depth);
            case Value.Namespace namespace -> {
                Map<Value, Value> entries = new java.util.LinkedHashMap<>();
                namespace.attributes().forEach((name, each) -> entries.put(Value.of(name), each));
                yield entries(entries, "<Namespace {", "}>", out, depth);
            }
            case Value.Range range ->
                add(
                        out,
                        "range(" + range.from() + ", " + range.to()
                                + (range.step() == 1 ? ")" : ", " + range.step() + ")"));
            case Value.Lazy _, Value.Callable _, Value.Attributed _ ->
                throw new TemplateException(Kind.TYPE, -1, "cannot print " + Operators.typeName(value));
        };
    }

    private static boolean add(StringBuilder out, String text) {
        out.append(text);
        return false;
    }

    private boolean elements(List<Value> elements, String open, String close, StringBuilder out, int depth) {
        boolean data = false;
        out.append(open);
        for (int i = 0; i < elements.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            data |= represent(elements.get(i), out, depth + 1);
            check(out);
        }
        out.append(close);
        return data;
    }

    private boolean entries(Map<Value, Value> entries, String open, String close, StringBuilder out, int depth) {
        boolean data = false;
        String separator = open;
        for (var entry : entries.entrySet()) {
            out.append(separator);
            data |= represent(entry.getKey(), out, depth + 1);
            out.append(": ");
            data |= represent(entry.getValue(), out, depth + 1);
            separator = ", ";
            check(out);
        }
        out.append(entries.isEmpty() ? open : "").append(close);
        return data;
    }

    private void check(StringBuilder out) {
        if (out.length() > Meter.MAX_STRING) {
            meter.string(out.length());
        }
    }

    private void quote(String text, StringBuilder out) {
        meter.string(text.length());
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (point == quote) {
                        out.append('\\').append(quote);
                    } else if (printable(point)) {
                        out.appendCodePoint(point);
                    } else if (point < 0x100) {
                        hex(out.append("\\x"), point, 2);
                    } else if (point < 0x10000) {
                        hex(out.append("\\u"), point, 4);
                    } else {
                        hex(out.append("\\U"), point, 8);
                    }
                }
            }
        });
        out.append(quote);
        check(out);
    }

    private static boolean printable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    private static void hex(StringBuilder out, int value, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.append(Character.forDigit(value >> shift & 15, 16));
        }
    }

    /**
     * How {@code tojson} writes.
     *
     * @param indent spaces a level, or -1 for one line
     */
    public record Json(int indent, boolean ascii, boolean sorted, String comma, String colon) {}

    /** As Python's {@code json.dumps}. */
    public Text json(Value value, Json style) {
        StringBuilder out = new StringBuilder();
        boolean data = json(value, style, out, 0);
        return Text.of(out.toString(), data ? Text.DATA : Text.TEMPLATE);
    }

    private boolean json(Value value, Json style, StringBuilder out, int depth) {
        meter.step();
        if (depth > MAX_DEPTH) {
            throw Meter.limit("values are nested too deep for tojson");
        }
        return switch (value) {
            case Value.None _ -> add(out, "null");
            case Value.Bool bool -> add(out, bool.value() ? "true" : "false");
            case Value.Int number -> add(out, Long.toString(number.value()));
            case Value.Real number -> add(out, jsonNumber(number.value()));
            case Value.Str str -> {
                jsonString(str.toString(), style.ascii(), out);
                yield str.text().hasData();
            }
            case Value.Sequence list -> {
                boolean data = false;
                out.append('[');
                for (int i = 0; i < list.elements().size(); i++) {
                    next(style, out, i, depth + 1);
                    data |= json(list.elements().get(i), style, out, depth + 1);
                    check(out);
                }
                end(style, out, list.elements().size(), depth);
                out.append(']');
                yield data;
            }
            case Value.Mapping map -> jsonMap(map, style, out, depth);
            default -> throw new TemplateException(Kind.TYPE, -1, "tojson cannot write " + Operators.typeName(value));
        };
    }

    private boolean jsonMap(Value.Mapping map, Json style, StringBuilder out, int depth) {
        boolean data = false;
        out.append('{');
        List<Value> keys = new ArrayList<>(map.entries().keySet());
        if (style.sorted()) {
            keys = new Operators(meter, this).sorted(keys, keys, false);
        }
        for (int i = 0; i < keys.size(); i++) {
            Value key = keys.get(i);
            next(style, out, i, depth + 1);
            switch (key) {
                case Value.Str str -> {
                    jsonString(str.toString(), style.ascii(), out);
                    data |= str.text().hasData();
                }
                case Value.None _, Value.Bool _, Value.Int _, Value.Real _ -> {
                    out.append('"');
                    json(key, style, out, depth + 1);
                    out.append('"');
                }
                default ->
                    throw new TemplateException(
                            Kind.TYPE, -1, "tojson cannot write the key " + Operators.typeName(key));
            }
            out.append(style.colon());
            data |= json(map.entries().get(key), style, out, depth + 1);
            check(out);
        }
        end(style, out, keys.size(), depth);
        out.append('}');
        return data;
    }

    private static void next(Json style, StringBuilder out, int index, int depth) {
        out.append(index == 0 ? "" : style.comma());
        if (style.indent() >= 0) {
            out.append('\n').repeat(' ', style.indent() * depth);
        }
    }

    private static void end(Json style, StringBuilder out, int size, int depth) {
        if (style.indent() >= 0 && size > 0) {
            out.append('\n').repeat(' ', style.indent() * depth);
        }
    }

    private static String jsonNumber(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : PythonFloat.text(value);
    }

    private void jsonString(String text, boolean ascii, StringBuilder out) {
        meter.string(text.length());
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20 || ascii && c > 0x7e) {
                        hex(out.append("\\u"), c, 4);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
        check(out);
    }
}
