// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Arguments;
import dev.myna.engine.prompt.jinja.values.Formats;
import dev.myna.engine.prompt.jinja.values.Meter;
import dev.myna.engine.prompt.jinja.values.Numbers;
import dev.myna.engine.prompt.jinja.values.Operators;
import dev.myna.engine.prompt.jinja.values.Printer;
import dev.myna.engine.prompt.jinja.values.Strings;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.prompt.jinja.values.TextBuilder;
import dev.myna.engine.prompt.jinja.values.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Filters of one value. Those that go through lists with another filter or test are {@link ListFilters}. */
final class Filters {
    /** Every filter's name, those of {@link ListFilters} included. */
    static final Set<String> NAMES = Set.of(
            "abs",
            "capitalize",
            "count",
            "d",
            "default",
            "dictsort",
            "first",
            "float",
            "format",
            "indent",
            "int",
            "items",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "max",
            "min",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "sort",
            "string",
            "sum",
            "title",
            "tojson",
            "trim",
            "unique",
            "upper");

    private final Meter meter;
    private final Operators operators;
    private final Printer printer;
    private final Methods methods;
    private final ListFilters lists;

    Filters(Meter meter, Operators operators, Printer printer, Methods methods, Tests tests) {
        this.meter = meter;
        this.operators = operators;
        this.printer = printer;
        this.methods = methods;
        this.lists = new ListFilters(meter, operators, printer, methods, this, tests);
    }

    /** The value filtered. */
    Value apply(String name, Value value, Arguments a) {
        return switch (name) {
            case "abs" -> abs(value, a);
            case "capitalize" -> Value.of(Strings.capitalize(text(value, a.only())));
            case "lower" -> Value.of(Strings.lower(text(value, a.only())));
            case "upper" -> Value.of(Strings.upper(text(value, a.only())));
            case "title" -> Value.of(Strings.titleOfWords(text(value, a.only())));
            case "trim" -> Value.of(Strings.strip(text(value, a.only("chars")), a.text(0, "chars"), true, true));
            case "string" -> Value.of(text(value, a.only()));
            case "safe" -> {
                a.only();
                yield value instanceof Value.Undefined ? Value.of(Text.EMPTY) : Value.of(printer.print(value));
            }
            case "default", "d" -> {
                boolean absent = value instanceof Value.Undefined
                        || a.only("default_value", "boolean").flag(1, "boolean", false) && !Operators.truth(value);
                yield absent ? a.get(0, "default_value", Value.of(Text.EMPTY)) : value;
            }
            case "length", "count" -> {
                int length = Operators.length(value);
                a.only();
                if (length < 0) {
                    throw Operators.type(Operators.typeName(value) + " has no length");
                }
                yield Value.of(length);
            }
            case "first" -> first(operators.iterate(value), a);
            case "last" -> last(value, a);
            case "list" -> {
                List<Value> elements = operators.iterate(value);
                meter.list(elements.size());
                a.only();
                yield Value.list(List.copyOf(elements));
            }
            case "reverse" -> reverse(value, a);
            case "items" -> items(value, a);
            case "int" -> integer(value, a);
            case "float" -> real(value, a);
            case "round" -> round(value, a);
            case "replace" -> replace(value, a);
            case "indent" -> indent(value, a);
            case "format" -> format(value, a);
            case "tojson" -> json(value, a);
            case "dictsort" -> dictsort(value, a);
            default -> lists.apply(name, value, a);
        };
    }

    private Text text(Value value, Arguments arguments) {
        Text text = printer.print(value);
        meter.characters(text.units());
        return text;
    }

    private static Value abs(Value value, Arguments a) {
        a.only();
        if (value instanceof Value.Undefined undefined) {
            throw Operators.undefined(undefined);
        }
        if (!Numbers.isNumber(value)) {
            throw a.type("needs a number");
        }
        return Numbers.real(value) < 0 ? Numbers.negate(value) : Numbers.add(value, Value.of(0));
    }

    private static Value first(List<Value> elements, Arguments a) {
        a.only();
        return elements.isEmpty() ? new Value.Undefined("first") : elements.getFirst();
    }

    private Value last(Value value, Arguments a) {
        a.only();
        if (value instanceof Value.Lazy) {
            throw a.type("needs a list, not " + Operators.typeName(value));
        }
        List<Value> elements = operators.iterate(value);
        return elements.isEmpty() ? new Value.Undefined("last") : elements.getLast();
    }

    private Value reverse(Value value, Arguments a) {
        a.only();
        if (value instanceof Value.Str str) {
            return operators.slice(str, null, null, Value.of(-1));
        }
        List<Value> reversed = new ArrayList<>(operators.iterate(value)).reversed();
        meter.list(reversed.size());
        return new Value.Lazy(List.copyOf(reversed));
    }

    private Value items(Value value, Arguments a) {
        a.only();
        return switch (value) {
            case Value.Undefined _ -> new Value.Lazy(List.of());
            case Value.Mapping map -> new Value.Lazy(methods.pairs(map.entries()));
            default -> throw a.type("needs a map, not " + Operators.typeName(value));
        };
    }

    private Value integer(Value value, Arguments a) {
        Value otherwise = a.only("default", "base").get(0, "default", Value.of(0));
        if (a.get(1, "base") != null) {
            throw new TemplateException(Kind.UNKNOWN, -1, "int knows no other base");
        }
        if (value instanceof Value.Undefined undefined) {
            throw Operators.undefined(undefined);
        }
        if (Numbers.isInteger(value)) {
            return Value.of(Numbers.integer(value));
        }
        double real = Double.NaN;
        if (value instanceof Value.Str str) {
            String text = Strings.strip(str.text(), null, true, true).toString();
            if (text.length() <= 64) {
                try {
                    return Value.of(Long.parseLong(text));
                } catch (NumberFormatException e) {
                    real = parse(text);
                }
            }
        } else if (value instanceof Value.Real number) {
            real = number.value();
        }
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            return otherwise;
        }
        if (Math.abs(real) >= 0x1p63) {
            throw Meter.limit("an integer does not fit into 64 bits");
        }
        return Value.of((long) real);
    }

    private static Value real(Value value, Arguments a) {
        Value otherwise = a.only("default").get(0, "default", new Value.Real(0));
        if (value instanceof Value.Undefined undefined) {
            throw Operators.undefined(undefined);
        }
        if (Numbers.isNumber(value)) {
            return new Value.Real(Numbers.real(value));
        }
        double real = value instanceof Value.Str str ? parse(str.toString().strip()) : Double.NaN;
        return Double.isNaN(real) ? otherwise : new Value.Real(real);
    }

    /** A plain decimal number; NaN if it is none. */
    private static double parse(String text) {
        return text.length() <= 64 && text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")
                ? Double.parseDouble(text)
                : Double.NaN;
    }

    private static Value round(Value value, Arguments a) {
        int precision = (int) Math.clamp(a.only("precision", "method").integer(0, "precision", 0), -400, 400);
        Text method = a.text(1, "method");
        if (!Numbers.isNumber(value)) {
            if (value instanceof Value.Undefined undefined) {
                throw Operators.undefined(undefined);
            }
            throw a.type("needs a number");
        }
        String how = method == null ? "common" : method.toString();
        if (!Set.of("common", "ceil", "floor").contains(how)) {
            throw a.type("knows the methods common, ceil and floor");
        }
        if (Numbers.isInteger(value) && how.equals("common") && precision >= 0) {
            return Value.of(Numbers.integer(value));
        }
        double number = Numbers.real(value);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return value;
        }
        RoundingMode mode = switch (how) {
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> RoundingMode.HALF_EVEN;
        };
        return new Value.Real(new BigDecimal(number).setScale(precision, mode).doubleValue());
    }

    private Value replace(Value value, Arguments a) {
        a.only("old", "new", "count");
        Text from = printer.print(a.require(0, "old"));
        Text to = printer.print(a.require(1, "new"));
        return Value.of(methods.replace(text(value, a), from, to, a.integer(2, "count", -1)));
    }

    private Value indent(Value value, Arguments a) {
        a.only("width", "first", "blank");
        Value width = a.get(0, "width");
        Text indentation = width instanceof Value.Str str
                ? str.text()
                : Text.template(" ".repeat(Meter.width(a.integer(0, "width", 4))));
        boolean first = a.flag(1, "first", false);
        boolean blank = a.flag(2, "blank", false);
        Text text = text(value, a);
        List<Text> lines = Strings.split(text, Text.template("\n"), -1);
        meter.list(lines.size());
        meter.string(text.units() + (long) lines.size() * indentation.units());
        TextBuilder out = new TextBuilder();
        for (int i = 0; i < lines.size(); i++) {
            if (i > 0) {
                out.append("\n", Text.TEMPLATE);
            }
            if (i == 0 ? first : blank || !lines.get(i).isEmpty()) {
                out.append(indentation);
            }
            out.append(lines.get(i));
        }
        return Value.of(out.build());
    }

    private Value format(Value value, Arguments a) {
        Text format = text(value, a);
        if (a.named().isEmpty()) {
            return Value.of(new Formats(meter, printer).percent(format, a.positional(), null));
        }
        if (!a.positional().isEmpty()) {
            throw a.type("takes values in order or by name, not both");
        }
        Map<Value, Value> named = new LinkedHashMap<>();
        a.named().forEach((name, each) -> named.put(Value.of(name), each));
        return Value.of(new Formats(meter, printer).percent(format, List.of(), new Value.Mapping(named)));
    }

    private Value json(Value value, Arguments a) {
        a.only("ensure_ascii", "indent", "separators", "sort_keys");
        Value indent = a.get(1, "indent");
        boolean pretty = indent != null && !(indent instanceof Value.None);
        String comma = pretty ? "," : ", ";
        String colon = ": ";
        if (a.get(2, "separators") instanceof Value.Sequence pair) {
            if (pair.elements().size() != 2) {
                throw a.type("needs two separators");
            }
            comma = printer.print(pair.elements().getFirst()).toString();
            colon = printer.print(pair.elements().getLast()).toString();
        }
        int width = pretty ? Meter.width(a.integer(1, "indent", 0)) : -1;
        Printer.Json style =
                new Printer.Json(width, a.flag(0, "ensure_ascii", false), a.flag(3, "sort_keys", false), comma, colon);
        return Value.of(printer.json(value, style));
    }

    private Value dictsort(Value value, Arguments a) {
        boolean caseSensitive = a.only("case_sensitive", "by", "reverse").flag(0, "case_sensitive", false);
        Text by = a.text(1, "by");
        String part = by == null ? "key" : by.toString();
        if (!part.equals("key") && !part.equals("value")) {
            throw new TemplateException(Kind.RUNTIME, -1, "dictsort sorts by key or by value");
        }
        Map<Value, Value> entries = switch (value) {
            case Value.Mapping map -> map.entries();
            case Value.Undefined undefined -> throw Operators.undefined(undefined);
            default -> throw a.type("needs a map, not " + Operators.typeName(value));
        };
        List<Value> pairs = methods.pairs(entries);
        List<Value> keys = pairs.stream()
                .map(pair -> ((Value.Sequence) pair).elements().get(part.equals("key") ? 0 : 1))
                .map(key -> caseSensitive ? key : ListFilters.ignoringCase(key))
                .toList();
        return Value.list(operators.sorted(keys, pairs, a.flag(2, "reverse", false)));
    }

    /** Equal elements once, the first of them, in order. */
    static List<Value> distinct(List<Value> keys, List<Value> values) {
        Set<Value> seen = new HashSet<>();
        List<Value> distinct = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (seen.add(Operators.key(keys.get(i)))) {
                distinct.add(values.get(i));
            }
        }
        return distinct;
    }
}
