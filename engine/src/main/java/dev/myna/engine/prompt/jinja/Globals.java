// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Arguments;
import dev.myna.engine.prompt.jinja.values.Function;
import dev.myna.engine.prompt.jinja.values.Meter;
import dev.myna.engine.prompt.jinja.values.Numbers;
import dev.myna.engine.prompt.jinja.values.Operators;
import dev.myna.engine.prompt.jinja.values.Printer;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Value;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The functions that every template sees. */
final class Globals {
    private final Meter meter;
    private final Operators operators;
    private final LocalDateTime now;

    Globals(Meter meter, Operators operators, LocalDateTime now) {
        this.meter = meter;
        this.operators = operators;
        this.now = now;
    }

    void define(Scope scope) {
        define(scope, "raise_exception", this::raise);
        define(scope, "strftime_now", this::time);
        define(scope, "namespace", this::namespace);
        define(scope, "dict", this::dict);
        define(scope, "range", this::range);
    }

    private static void define(Scope scope, String name, java.util.function.Function<Arguments, Value> body) {
        scope.set(name, new Function(name, body));
    }

    private Value raise(Arguments a) {
        Value message = a.only("message").require(0, "message");
        throw new TemplateException(
                Kind.RAISED, -1, new Printer(meter).print(message).toString());
    }

    private Value namespace(Arguments a) {
        Map<String, Value> attributes = new LinkedHashMap<>();
        if (!a.positional().isEmpty()) {
            if (!(a.positional().getFirst() instanceof Value.Mapping map)
                    || a.positional().size() > 1) {
                throw a.type("takes a map or named values");
            }
            map.entries().forEach((key, value) -> {
                if (key instanceof Value.Str name) {
                    attributes.put(name.toString(), value);
                }
            });
        }
        attributes.putAll(a.named());
        return new Value.Namespace(attributes);
    }

    private Value dict(Arguments a) {
        Map<Value, Value> entries = new LinkedHashMap<>();
        if (!a.positional().isEmpty()) {
            Value from = a.positional().getFirst();
            if (from instanceof Value.Mapping map && a.positional().size() == 1) {
                meter.list(map.entries().size());
                entries.putAll(map.entries());
            } else {
                for (Value pair : operators.iterate(from)) {
                    if (!(pair instanceof Value.Sequence two) || two.elements().size() != 2) {
                        throw a.type("takes a map, pairs or named values");
                    }
                    entries.put(
                            Operators.key(two.elements().getFirst()),
                            two.elements().getLast());
                }
            }
        }
        a.named().forEach((name, value) -> entries.put(Value.of(name), value));
        return new Value.Mapping(entries);
    }

    private Value range(Arguments a) {
        int count = a.positional().size();
        if (count < 1 || count > 3 || !a.named().isEmpty()) {
            throw a.type("takes one to three integers");
        }
        long first = number(a, 0);
        long from = count == 1 ? 0 : first;
        long to = count == 1 ? first : number(a, 1);
        long step = count == 3 ? number(a, 2) : 1;
        if (step == 0) {
            throw a.type("has a step of 0");
        }
        long span = Math.clamp(step > 0 ? to - from : from - to, 0, Long.MAX_VALUE);
        long size = span == 0 ? 0 : (span - 1) / Math.abs(step) + 1;
        if (size > Meter.MAX_ELEMENTS) {
            throw Meter.limit("a range has more than " + Meter.MAX_ELEMENTS + " elements");
        }
        return new Value.Range(from, to, step, (int) size);
    }

    private static long number(Arguments a, int at) {
        Value value = a.positional().get(at);
        if (value instanceof Value.Undefined undefined) {
            throw Operators.undefined(undefined);
        }
        if (!Numbers.isInteger(value)) {
            throw a.type("needs integers, not " + Operators.typeName(value));
        }
        return Math.clamp(Numbers.integer(value), -(1L << 60), 1L << 60);
    }

    private Value time(Arguments a) {
        String format = a.only("format").requireText(0, "format").toString();
        meter.string(10L * format.length());
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
            } else if (++i < format.length()) {
                out.append(field(format.charAt(i)));
            } else {
                out.append('%');
            }
        }
        return Value.of(out.toString());
    }

    private String field(char field) {
        return switch (field) {
            case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'd' -> digits(now.getDayOfMonth(), 2);
            case 'H' -> digits(now.getHour(), 2);
            case 'I' -> digits((now.getHour() + 11) % 12 + 1, 2);
            case 'j' -> digits(now.getDayOfYear(), 3);
            case 'm' -> digits(now.getMonthValue(), 2);
            case 'M' -> digits(now.getMinute(), 2);
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'S' -> digits(now.getSecond(), 2);
            case 'y' -> digits(now.getYear() % 100, 2);
            case 'Y' -> digits(now.getYear(), 4);
            case '%' -> "%";
            default -> throw new TemplateException(Kind.UNKNOWN, -1, "strftime_now does not know %" + field);
        };
    }

    private static String digits(int value, int count) {
        String text = Integer.toString(value);
        return "0".repeat(Math.max(0, count - text.length())) + text;
    }
}
