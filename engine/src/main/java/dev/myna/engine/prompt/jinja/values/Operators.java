// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What operators and subscripts do to values. */
public final class Operators {
    private static final int MAX_COMPARED_DEPTH = 64;

    private final Meter meter;
    private final Printer printer;

    public Operators(Meter meter, Printer printer) {
        this.meter = meter;
        this.printer = printer;
    }

    public static boolean truth(Value value) {
        return switch (value) {
            case Value.None _, Value.Undefined _ -> false;
            case Value.Bool bool -> bool.value();
            case Value.Int number -> number.value() != 0;
            case Value.Real number -> number.value() != 0;
            case Value.Str str -> !str.text().isEmpty();
            case Value.Sequence list -> !list.elements().isEmpty();
            case Value.Mapping map -> !map.entries().isEmpty();
            case Value.View view -> !view.elements().isEmpty();
            case Value.Range range -> range.size() > 0;
            case Value.Namespace _, Value.Lazy _, Value.Callable _, Value.Attributed _ -> true;
        };
    }

    public static String typeName(Value value) {
        return switch (value) {
            case Value.None _ -> "none";
            case Value.Undefined undefined -> "undefined " + undefined.name();
            case Value.Bool _ -> "a truth value";
            case Value.Int _ -> "an integer";
            case Value.Real _ -> "a float";
            case Value.Str _ -> "a string";
            case Value.Sequence list -> list.tuple() ? "a tuple" : "a list";
            case Value.Mapping _ -> "a map";
            case Value.View view -> view.name();
            case Value.Range _ -> "a range";
            case Value.Namespace _ -> "a namespace";
            case Value.Lazy _ -> "the result of a filter such as map, which needs list or join";
            case Value.Callable callable -> "the function " + callable.name();
            case Value.Attributed _ -> "loop";
        };
    }

    public static TemplateException undefined(Value.Undefined undefined) {
        return new TemplateException(Kind.UNDEFINED, -1, "'" + shown(undefined.name()) + "' is undefined");
    }

    /** A name from the template for a message: short. */
    public static String shown(String name) {
        return name.length() > 80 ? name.substring(0, 80) + "..." : name;
    }

    public static TemplateException type(String message) {
        return new TemplateException(Kind.TYPE, -1, message);
    }

    private static TemplateException mismatch(String operator, Value a, Value b) {
        if (a instanceof Value.Undefined undefined) {
            return undefined(undefined);
        }
        if (b instanceof Value.Undefined undefined) {
            return undefined(undefined);
        }
        return type("cannot compute " + typeName(a) + " " + operator + " " + typeName(b));
    }

    public Value binary(String operator, Value a, Value b) {
        return switch (operator) {
            case "+" -> add(a, b);
            case "*" -> multiply(a, b);
            case "~" -> concatenate(a, b);
            case "%" ->
                a instanceof Value.Str format
                        ? new Formats(meter, printer).percent(format.text(), b)
                        : numeric(operator, a, b);
            default -> numeric(operator, a, b);
        };
    }

    private static Value numeric(String operator, Value a, Value b) {
        if (!Numbers.isNumber(a) || !Numbers.isNumber(b)) {
            throw mismatch(operator, a, b);
        }
        return switch (operator) {
            case "-" -> Numbers.subtract(a, b);
            case "/" -> Numbers.divide(a, b);
            case "//" -> Numbers.floorDivide(a, b);
            case "%" -> Numbers.remainder(a, b);
            default -> throw new TemplateException(Kind.UNKNOWN, -1, "no operator " + operator);
        };
    }

    private Value add(Value a, Value b) {
        if (a instanceof Value.Str left && b instanceof Value.Str right) {
            return Value.of(join(left.text(), right.text()));
        }
        if (a instanceof Value.Sequence left && b instanceof Value.Sequence right && left.tuple() == right.tuple()) {
            meter.list((long) left.elements().size() + right.elements().size());
            List<Value> all = new ArrayList<>(left.elements());
            all.addAll(right.elements());
            return new Value.Sequence(all, left.tuple());
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.add(a, b);
        }
        throw mismatch("+", a, b);
    }

    private Text join(Text a, Text b) {
        meter.string((long) a.units() + b.units());
        return a.isEmpty()
                ? b
                : b.isEmpty() ? a : new TextBuilder().append(a).append(b).build();
    }

    private Value concatenate(Value a, Value b) {
        return Value.of(join(printer.print(a), printer.print(b)));
    }

    private Value multiply(Value a, Value b) {
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.multiply(a, b);
        }
        if (Numbers.isInteger(a) && !Numbers.isNumber(b)) {
            return multiply(b, a);
        }
        if (a instanceof Value.Str str && Numbers.isInteger(b)) {
            long times = Math.max(0, Numbers.integer(b));
            meter.string(saturated(str.text().units(), times));
            TextBuilder out = new TextBuilder();
            for (long i = 0; i < times && !str.text().isEmpty(); i++) {
                out.append(str.text());
            }
            return Value.of(out.build());
        }
        if (a instanceof Value.Sequence list && Numbers.isInteger(b)) {
            long times = Math.max(0, Numbers.integer(b));
            meter.list(saturated(list.elements().size(), times));
            List<Value> all = new ArrayList<>();
            for (long i = 0; i < times && !list.elements().isEmpty(); i++) {
                all.addAll(list.elements());
            }
            return new Value.Sequence(all, list.tuple());
        }
        throw mismatch("*", a, b);
    }

    private static long saturated(int size, long times) {
        return size == 0 ? 0 : times > Long.MAX_VALUE / size ? Long.MAX_VALUE : size * times;
    }

    public Value negate(Value value) {
        if (!Numbers.isNumber(value)) {
            throw mismatch("-", Value.of(0), value);
        }
        return Numbers.negate(value);
    }

    public Value plus(Value value) {
        if (!Numbers.isNumber(value)) {
            throw mismatch("+", Value.of(0), value);
        }
        return Numbers.add(Value.of(0), value);
    }

    public boolean compare(String operator, Value a, Value b) {
        return switch (operator) {
            case "==" -> equal(a, b, 0);
            case "!=" -> !equal(a, b, 0);
            case "in" -> contains(b, a);
            case "not in" -> !contains(b, a);
            case "<" -> order(operator, a, b) < 0;
            case "<=" -> order(operator, a, b) <= 0;
            case ">" -> order(operator, a, b) > 0;
            default -> order(operator, a, b) >= 0;
        };
    }

    public boolean equal(Value a, Value b) {
        return equal(a, b, 0);
    }

    private boolean equal(Value a, Value b, int depth) {
        meter.step();
        if (depth > MAX_COMPARED_DEPTH) {
            throw Meter.limit("values are nested too deep to be compared");
        }
        if (a instanceof Value.Str left && b instanceof Value.Str right) {
            meter.characters(Math.min(left.text().units(), right.text().units()));
            return left.equals(right);
        }
        if (a instanceof Value.Sequence left && b instanceof Value.Sequence right) {
            return left.tuple() == right.tuple() && equalElements(left.elements(), right.elements(), depth);
        }
        if (a instanceof Value.Range left && b instanceof Value.Range right) {
            return equalElements(elements(left), elements(right), depth);
        }
        if (a instanceof Value.Mapping left && b instanceof Value.Mapping right) {
            if (left.entries().size() != right.entries().size()) {
                return false;
            }
            for (var entry : left.entries().entrySet()) {
                Value other = right.entries().get(entry.getKey());
                if (other == null || !equal(entry.getValue(), other, depth + 1)) {
                    return false;
                }
            }
            return true;
        }
        return switch (a) {
            case Value.None _, Value.Undefined _, Value.Bool _, Value.Int _, Value.Real _ -> a.equals(b);
            default -> a == b;
        };
    }

    private boolean equalElements(List<Value> a, List<Value> b, int depth) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i), depth + 1)) {
                return false;
            }
        }
        return true;
    }

    private boolean contains(Value container, Value value) {
        return switch (container) {
            case Value.Undefined _ -> false;
            case Value.Str str -> {
                if (!(value instanceof Value.Str part)) {
                    throw mismatch("in", value, container);
                }
                charge(str.text(), part.text());
                yield str.toString().contains(part.toString());
            }
            case Value.Mapping map -> map.entries().containsKey(key(value));
            case Value.None _,
                    Value.Bool _,
                    Value.Int _,
                    Value.Real _,
                    Value.Namespace _,
                    Value.Callable _,
                    Value.Attributed _ -> throw mismatch("in", value, container);
            default -> {
                for (Value element : iterate(container)) {
                    if (equal(element, value, 0)) {
                        yield true;
                    }
                }
                yield false;
            }
        };
    }

    /** Charges a search of {@code part} in {@code text}, which in the worst case compares both everywhere. */
    public void charge(Text text, Text part) {
        long starts = Math.max(1, (long) text.units() - part.units());
        boolean quick = part.units() <= 32;
        meter.characters(quick ? text.units() : saturated(part.units(), starts) / 8 + text.units());
    }

    /** -1, 0 or 1. */
    public int order(String operator, Value a, Value b) {
        meter.step();
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return Numbers.compare(a, b);
        }
        if (a instanceof Value.Str left && b instanceof Value.Str right) {
            meter.characters(Math.min(left.text().units(), right.text().units()));
            return compareCodePoints(left.toString(), right.toString());
        }
        if (a instanceof Value.Sequence left && b instanceof Value.Sequence right && left.tuple() == right.tuple()) {
            int common = Math.min(left.elements().size(), right.elements().size());
            for (int i = 0; i < common; i++) {
                if (!equal(left.elements().get(i), right.elements().get(i), 0)) {
                    meter.enter();
                    int order = order(
                            operator, left.elements().get(i), right.elements().get(i));
                    meter.leave();
                    return order;
                }
            }
            return Integer.compare(left.elements().size(), right.elements().size());
        }
        throw mismatch(operator, a, b);
    }

    private static int compareCodePoints(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char left = a.charAt(i);
            char right = b.charAt(i);
            if (left != right) {
                // Surrogates stand for code points above all others.
                boolean high = Character.isSurrogate(left) != Character.isSurrogate(right);
                return high ? (Character.isSurrogate(left) ? 1 : -1) : Character.compare(left, right);
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** A value as the key of a map. */
    public static Value key(Value value) {
        return switch (value) {
            case Value.Sequence list when !list.tuple() -> throw type("a list cannot be a key");
            case Value.Sequence tuple -> {
                tuple.elements().forEach(Operators::key);
                yield value;
            }
            case Value.Mapping _ -> throw type("a map cannot be a key");
            default -> value;
        };
    }

    /** The elements that a loop goes through. */
    public List<Value> iterate(Value value) {
        return switch (value) {
            case Value.Undefined _ -> List.of();
            case Value.Str str -> codePoints(str.text());
            case Value.Sequence list -> list.elements();
            case Value.Mapping map -> {
                meter.list(map.entries().size());
                yield new ArrayList<>(map.entries().keySet());
            }
            case Value.View view -> view.elements();
            case Value.Range range -> elements(range);
            case Value.Lazy lazy -> lazy.take();
            default -> throw type(typeName(value) + " cannot be gone through");
        };
    }

    private List<Value> elements(Value.Range range) {
        meter.list(range.size());
        List<Value> elements = new ArrayList<>(range.size());
        for (int i = 0; i < range.size(); i++) {
            elements.add(Value.of(range.from() + i * range.step()));
        }
        return elements;
    }

    private List<Value> codePoints(Text text) {
        meter.list(text.length());
        List<Value> points = new ArrayList<>(text.length());
        for (int at = 0; at < text.units(); ) {
            int next = at + Character.charCount(text.toString().codePointAt(at));
            points.add(Value.of(text.sub(at, next)));
            at = next;
        }
        return points;
    }

    /** Elements, or -1 where a value has no length. */
    public static int length(Value value) {
        return switch (value) {
            case Value.Undefined _ -> 0;
            case Value.Str str -> str.text().length();
            case Value.Sequence list -> list.elements().size();
            case Value.Mapping map -> map.entries().size();
            case Value.View view -> view.elements().size();
            case Value.Range range -> range.size();
            default -> -1;
        };
    }

    /** {@code value[index]} without attributes; null if there is no such element. */
    public Value element(Value value, Value index) {
        if (value instanceof Value.Mapping map) {
            return index instanceof Value.Sequence || index instanceof Value.Mapping
                    ? null
                    : map.entries().get(index);
        }
        int length = length(value);
        if (!Numbers.isInteger(index) || length < 0 || value instanceof Value.View) {
            return null;
        }
        long at = Numbers.integer(index);
        at = at < 0 ? at + length : at;
        if (at < 0 || at >= length) {
            return null;
        }
        return switch (value) {
            case Value.Str str -> Value.of(str.text().codePoint((int) at));
            case Value.Sequence list -> list.elements().get((int) at);
            case Value.Range range -> Value.of(range.from() + at * range.step());
            default -> null;
        };
    }

    /** {@code value[from:to:step]}; parts that are absent are null. */
    public Value slice(Value value, Value from, Value to, Value step) {
        if (value instanceof Value.Undefined undefined) {
            throw undefined(undefined);
        }
        int length = value instanceof Value.Mapping || value instanceof Value.View ? -1 : length(value);
        if (length < 0) {
            throw type(typeName(value) + " has no slices");
        }
        long by = bound(step, 1);
        if (by == 0) {
            throw type("the step of a slice is 0");
        }
        long begin = clip(from, by > 0 ? 0 : length - 1, length, by);
        long end = clip(to, by > 0 ? length : -1, length, by);
        if (value instanceof Value.Str str && by == 1) {
            meter.characters(Math.max(0, end - begin));
            Text text = str.text();
            return Value.of(begin >= end ? Text.EMPTY : text.sub(text.index((int) begin), text.index((int) end)));
        }
        List<Value> all = iterate(value);
        List<Value> part = new ArrayList<>();
        for (long i = begin; by > 0 ? i < end : i > end; i += by) {
            meter.step();
            part.add(all.get((int) i));
        }
        if (value instanceof Value.Str) {
            TextBuilder out = new TextBuilder();
            part.forEach(each -> out.append(((Value.Str) each).text()));
            return Value.of(out.build());
        }
        return new Value.Sequence(part, value instanceof Value.Sequence list && list.tuple());
    }

    private static long bound(Value value, long otherwise) {
        if (value == null || value instanceof Value.None) {
            return otherwise;
        }
        if (value instanceof Value.Undefined undefined) {
            throw undefined(undefined);
        }
        if (!Numbers.isInteger(value)) {
            throw type("the bounds of a slice are integers, not " + typeName(value));
        }
        return Math.clamp(Numbers.integer(value), -(1L << 40), 1L << 40);
    }

    private static long clip(Value value, long otherwise, int length, long step) {
        if (value == null || value instanceof Value.None) {
            return otherwise;
        }
        long at = bound(value, otherwise);
        at = at < 0 ? at + length : at;
        return step > 0 ? Math.clamp(at, 0, length) : Math.clamp(at, -1, length - 1L);
    }

    /** Elements in order, those equal staying as they were. */
    public List<Value> sorted(List<Value> keys, List<Value> values, boolean reverse) {
        long work = (long) values.size() * (64 - Long.numberOfLeadingZeros(values.size() + 1L));
        meter.spend(work);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            order.add(i);
        }
        java.util.Comparator<Integer> comparator = (a, b) -> order("<", keys.get(a), keys.get(b));
        try {
            order.sort(reverse ? Collections.reverseOrder(comparator) : comparator);
        } catch (IllegalArgumentException e) {
            throw type("values that have no order cannot be sorted");
        }
        return order.stream().map(values::get).toList();
    }
}
