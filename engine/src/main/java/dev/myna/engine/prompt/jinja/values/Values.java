// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns what a caller passes into values, and counts its characters. */
public final class Values {
    private static final int MAX_DEPTH = 64;

    private long characters;

    /** Characters of all strings converted so far. */
    public long characters() {
        return characters;
    }

    public Map<String, Value> variables(Map<String, ?> variables) {
        Map<String, Value> values = new LinkedHashMap<>();
        variables.forEach((name, value) ->
                values.put(name, name.equals("messages") ? elements(value, this::message, 0) : convert(value, 0)));
        return values;
    }

    /** A message: its keys, its role, and the keys and types of its parts and calls are checked words and count as the template's. */
    private Value message(Object message, int depth) {
        return entries(message, Text.TEMPLATE, depth, (key, value) -> switch (key) {
            case "role" -> word(value, depth + 1);
            case "content", "tool_calls" -> elements(value, this::part, depth + 1);
            default -> convert(value, depth + 1);
        });
    }

    private Value part(Object part, int depth) {
        return entries(
                part,
                Text.TEMPLATE,
                depth,
                (key, value) -> key.equals("type") ? word(value, depth + 1) : convert(value, depth + 1));
    }

    private Value word(Object value, int depth) {
        return value instanceof String text ? convert(Text.of(text, Text.TEMPLATE), depth) : convert(value, depth);
    }

    private interface Element {
        Value convert(Object element, int depth);
    }

    private Value elements(Object object, Element element, int depth) {
        if (!(object instanceof List<?> list)) {
            return convert(object, depth);
        }
        List<Value> elements = new ArrayList<>(list.size());
        for (Object each : list) {
            elements.add(element.convert(each, depth + 1));
        }
        return Value.list(elements);
    }

    private interface Entry {
        Value convert(String key, Object value);
    }

    private Value entries(Object object, byte keys, int depth, Entry entry) {
        if (!(object instanceof Map<?, ?> map)) {
            return convert(object, depth);
        }
        if (depth > MAX_DEPTH) {
            throw Meter.limit("a variable is nested deeper than " + MAX_DEPTH);
        }
        Map<Value, Value> entries = new LinkedHashMap<>();
        map.forEach((key, value) -> entries.put(
                convert(key instanceof String text ? Text.of(text, keys) : key, depth + 1),
                entry.convert(String.valueOf(key), value)));
        return new Value.Mapping(entries);
    }

    private Value convert(Object object, int depth) {
        return switch (object) {
            case null -> Value.NONE;
            case Text text -> {
                characters += text.units();
                yield Value.of(text);
            }
            case String text -> {
                characters += text.length();
                yield Value.of(Text.of(text, Text.DATA));
            }
            case Boolean bool -> Value.of((boolean) bool);
            case Integer number -> Value.of((long) number);
            case Long number -> Value.of((long) number);
            case Double number -> new Value.Real(number);
            case Float number -> new Value.Real(number);
            case BigInteger number -> integer(number);
            case BigDecimal number -> new Value.Real(number.doubleValue());
            case List<?> list -> {
                if (depth > MAX_DEPTH) {
                    throw Meter.limit("a variable is nested deeper than " + MAX_DEPTH);
                }
                yield elements(list, this::convert, depth);
            }
            case Map<?, ?> map -> entries(map, Text.DATA, depth, (_, value) -> convert(value, depth + 1));
            default ->
                throw new IllegalArgumentException(
                        "a template's variable cannot be a " + object.getClass().getName());
        };
    }

    private static Value integer(BigInteger number) {
        try {
            return Value.of(number.longValueExact());
        } catch (ArithmeticException e) {
            return new Value.Real(number.doubleValue());
        }
    }
}
