// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Arguments;
import dev.myna.engine.prompt.jinja.values.Meter;
import dev.myna.engine.prompt.jinja.values.Operators;
import dev.myna.engine.prompt.jinja.values.Printer;
import dev.myna.engine.prompt.jinja.values.Strings;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.prompt.jinja.values.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Filters that go through a list, by attribute, test or another filter. */
final class ListFilters {
    private final Meter meter;
    private final Operators operators;
    private final Printer printer;
    private final Methods methods;
    private final Filters filters;
    private final Tests tests;

    ListFilters(Meter meter, Operators operators, Printer printer, Methods methods, Filters filters, Tests tests) {
        this.meter = meter;
        this.operators = operators;
        this.printer = printer;
        this.methods = methods;
        this.filters = filters;
        this.tests = tests;
    }

    Value apply(String name, Value value, Arguments a) {
        return switch (name) {
            case "join" -> join(value, a);
            case "map" -> map(value, a);
            case "select" -> new Value.Lazy(select(value, test(a, 0), true));
            case "reject" -> new Value.Lazy(select(value, test(a, 0), false));
            case "selectattr" -> new Value.Lazy(select(value, attributeTest(a), true));
            case "rejectattr" -> new Value.Lazy(select(value, attributeTest(a), false));
            case "sort" -> {
                a.only("reverse", "case_sensitive", "attribute");
                List<Value> elements = operators.iterate(value);
                List<Value> keys = keys(elements, a.get(2, "attribute"), a.flag(1, "case_sensitive", false));
                yield Value.list(operators.sorted(keys, elements, a.flag(0, "reverse", false)));
            }
            case "unique" -> {
                a.only("case_sensitive", "attribute");
                List<Value> elements = operators.iterate(value);
                List<Value> keys = keys(elements, a.get(1, "attribute"), a.flag(0, "case_sensitive", false));
                yield new Value.Lazy(Filters.distinct(keys, elements));
            }
            case "min" -> extreme(value, a, -1);
            case "max" -> extreme(value, a, 1);
            case "sum" -> sum(value, a);
            default -> throw new TemplateException(Kind.UNKNOWN, -1, "no filter named '" + Operators.shown(name) + "'");
        };
    }

    private Value join(Value value, Arguments a) {
        a.only("d", "attribute");
        Value separator = a.get(0, "d", Value.of(Text.EMPTY));
        Value attribute = a.get(1, "attribute");
        List<Value> elements = operators.iterate(value);
        if (attribute != null) {
            elements = mapped(elements, each -> attribute(each, attribute));
        }
        return Value.of(methods.join(printer.print(separator), elements, false));
    }

    /** As Jinja2 does, nothing of what is false. */
    private List<Value> elements(Value value) {
        return Operators.truth(value) ? operators.iterate(value) : List.of();
    }

    private Value map(Value value, Arguments a) {
        List<Value> elements = elements(value);
        Value attribute = a.named().get("attribute");
        if (attribute != null) {
            Value otherwise = a.named().get("default");
            return new Value.Lazy(mapped(elements, each -> {
                Value found = attribute(each, attribute);
                return found instanceof Value.Undefined && otherwise != null ? otherwise : found;
            }));
        }
        if (!(a.require(0, "filter") instanceof Value.Str name)) {
            throw a.type("needs the name of a filter");
        }
        String filter = name.toString();
        if (!Filters.NAMES.contains(filter)) {
            throw new TemplateException(Kind.UNKNOWN, -1, "no filter named '" + Operators.shown(filter) + "'");
        }
        Arguments rest =
                new Arguments(filter, a.positional().subList(1, a.positional().size()), a.named());
        return new Value.Lazy(mapped(elements, each -> filters.apply(filter, each, rest)));
    }

    private List<Value> mapped(List<Value> elements, UnaryOperator<Value> change) {
        meter.list(elements.size());
        List<Value> mapped = new ArrayList<>(elements.size());
        for (Value element : elements) {
            mapped.add(change.apply(element));
        }
        return mapped;
    }

    private List<Value> select(Value value, Predicate<Value> test, boolean wanted) {
        List<Value> selected = new ArrayList<>();
        for (Value element : elements(value)) {
            meter.step();
            if (test.test(element) == wanted) {
                selected.add(element);
            }
        }
        return selected;
    }

    /** The test that argument {@code at} names, with the arguments behind it; truth if there is none. */
    private Predicate<Value> test(Arguments a, int at) {
        Value name = a.get(at, "test");
        if (name == null) {
            return Operators::truth;
        }
        String wanted = name instanceof Value.Str str ? str.toString() : "";
        Tests.Test test = tests.find(wanted);
        if (test == null) {
            throw new TemplateException(Kind.UNKNOWN, -1, "no test named '" + Operators.shown(wanted) + "'");
        }
        Arguments rest = new Arguments(
                wanted, a.positional().subList(at + 1, a.positional().size()), Map.of());
        return value -> test.holds(value, rest);
    }

    private Predicate<Value> attributeTest(Arguments a) {
        Value attribute = a.require(0, "attribute");
        Predicate<Value> test = test(a, 1);
        return value -> test.test(attribute(value, attribute));
    }

    /** A key, or keys joined by dots, of a value. */
    private Value attribute(Value value, Value path) {
        if (path instanceof Value.Int index) {
            Value found = operators.element(value, index);
            return found == null ? new Value.Undefined(Long.toString(index.value())) : found;
        }
        if (!(path instanceof Value.Str str)) {
            throw Operators.type("an attribute is a string, not " + Operators.typeName(path));
        }
        Value found = value;
        for (String name : str.toString().split("\\.", -1)) {
            meter.step();
            if (found instanceof Value.Undefined undefined) {
                throw Operators.undefined(undefined);
            }
            if (name.startsWith("_")) {
                throw new TemplateException(Kind.SECURITY, -1, "access to '" + Operators.shown(name) + "'");
            }
            boolean index =
                    !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
            Value next = operators.element(found, index ? Value.of(Long.parseLong(name)) : Value.of(name));
            found = next == null ? new Value.Undefined(name) : next;
        }
        return found;
    }

    private List<Value> keys(List<Value> elements, Value attribute, boolean caseSensitive) {
        return mapped(elements, each -> {
            Value key = attribute == null || attribute instanceof Value.None ? each : attribute(each, attribute);
            return caseSensitive ? key : ignoringCase(key);
        });
    }

    static Value ignoringCase(Value value) {
        return value instanceof Value.Str str ? Value.of(Strings.lower(str.text())) : value;
    }

    private Value extreme(Value value, Arguments a, int sign) {
        a.only("case_sensitive", "attribute");
        List<Value> elements = operators.iterate(value);
        List<Value> keys = keys(elements, a.get(1, "attribute"), a.flag(0, "case_sensitive", false));
        int best = -1;
        for (int i = 0; i < elements.size(); i++) {
            if (best < 0 || sign * operators.order("<", keys.get(i), keys.get(best)) > 0) {
                best = i;
            }
        }
        return best < 0 ? new Value.Undefined("no element") : elements.get(best);
    }

    private Value sum(Value value, Arguments a) {
        a.only("attribute", "start");
        Value attribute = a.get(0, "attribute");
        Value sum = a.get(1, "start", Value.of(0));
        for (Value element : operators.iterate(value)) {
            boolean whole = attribute == null || attribute instanceof Value.None;
            sum = operators.binary("+", sum, whole ? element : attribute(element, attribute));
        }
        return sum;
    }
}
