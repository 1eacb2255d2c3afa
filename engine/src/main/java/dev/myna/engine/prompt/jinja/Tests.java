// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Arguments;
import dev.myna.engine.prompt.jinja.values.Numbers;
import dev.myna.engine.prompt.jinja.values.Operators;
import dev.myna.engine.prompt.jinja.values.Strings;
import dev.myna.engine.prompt.jinja.values.Value;
import java.util.Map;

/** What stands behind {@code is}: a table of tests. */
final class Tests {
    /** A test of a value. */
    interface Test {
        boolean holds(Value value, Arguments arguments);
    }

    private final Map<String, Test> tests;

    Tests(Operators operators) {
        Test equal = (value, a) -> operators.equal(value, a.only("other").require(0, "other"));
        Test unequal = (value, a) -> !operators.equal(value, a.only("other").require(0, "other"));
        Test less = (value, a) -> operators.compare("<", value, a.only("other").require(0, "other"));
        Test lessOrEqual =
                (value, a) -> operators.compare("<=", value, a.only("other").require(0, "other"));
        Test greater =
                (value, a) -> operators.compare(">", value, a.only("other").require(0, "other"));
        Test greaterOrEqual =
                (value, a) -> operators.compare(">=", value, a.only("other").require(0, "other"));
        tests = Map.ofEntries(
                Map.entry("defined", (value, _) -> !(value instanceof Value.Undefined)),
                Map.entry("undefined", (value, _) -> value instanceof Value.Undefined),
                Map.entry("none", (value, _) -> value instanceof Value.None),
                Map.entry("string", (value, _) -> value instanceof Value.Str),
                Map.entry("number", (value, _) -> Numbers.isNumber(value)),
                Map.entry("integer", (value, _) -> value instanceof Value.Int),
                Map.entry("float", (value, _) -> value instanceof Value.Real),
                Map.entry("boolean", (value, _) -> value instanceof Value.Bool),
                Map.entry("true", (value, _) -> value instanceof Value.Bool bool && bool.value()),
                Map.entry("false", (value, _) -> value instanceof Value.Bool bool && !bool.value()),
                Map.entry("mapping", (value, _) -> value instanceof Value.Mapping),
                Map.entry("sequence", (value, _) -> Operators.length(value) >= 0),
                Map.entry("iterable", (value, _) -> Operators.length(value) >= 0 || value instanceof Value.Lazy),
                Map.entry("callable", (value, _) -> value instanceof Value.Callable),
                Map.entry("odd", (value, _) -> remainder(value, 2) == 1),
                Map.entry("even", (value, _) -> remainder(value, 2) == 0),
                Map.entry(
                        "divisibleby",
                        (value, a) -> Numbers.real(Numbers.remainder(
                                        number(value), number(a.only("num").require(0, "num"))))
                                == 0),
                Map.entry("eq", equal),
                Map.entry("equalto", equal),
                Map.entry("==", equal),
                Map.entry("ne", unequal),
                Map.entry("!=", unequal),
                Map.entry("lt", less),
                Map.entry("lessthan", less),
                Map.entry("<", less),
                Map.entry("le", lessOrEqual),
                Map.entry("<=", lessOrEqual),
                Map.entry("gt", greater),
                Map.entry("greaterthan", greater),
                Map.entry(">", greater),
                Map.entry("ge", greaterOrEqual),
                Map.entry(">=", greaterOrEqual),
                Map.entry(
                        "in",
                        (value, a) ->
                                operators.compare("in", value, a.only("seq").require(0, "seq"))),
                Map.entry("sameas", (value, a) -> same(value, a.only("other").require(0, "other"))),
                Map.entry("lower", (value, _) -> value instanceof Value.Str str && Strings.isCase(str.text(), false)),
                Map.entry("upper", (value, _) -> value instanceof Value.Str str && Strings.isCase(str.text(), true)),
                Map.entry(
                        "filter",
                        (value, _) -> value instanceof Value.Str str && Filters.NAMES.contains(str.toString())),
                Map.entry("test", (value, _) -> value instanceof Value.Str str && has(str.toString())));
    }

    /** The test of a name, or null. */
    Test find(String name) {
        return tests.get(name);
    }

    private boolean has(String name) {
        return tests.containsKey(name);
    }

    private static boolean same(Value a, Value b) {
        return a.getClass() == b.getClass()
                && (a == b || !(a instanceof Value.Sequence || a instanceof Value.Mapping) && a.equals(b));
    }

    private static Value number(Value value) {
        if (value instanceof Value.Undefined undefined) {
            throw Operators.undefined(undefined);
        }
        if (!Numbers.isNumber(value)) {
            throw Operators.type("a number is needed, not " + Operators.typeName(value));
        }
        return value;
    }

    private static double remainder(Value value, long divisor) {
        return Numbers.real(Numbers.remainder(number(value), Value.of(divisor)));
    }
}
