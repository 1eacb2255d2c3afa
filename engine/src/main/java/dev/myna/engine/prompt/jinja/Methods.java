// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Arguments;
import dev.myna.engine.prompt.jinja.values.Formats;
import dev.myna.engine.prompt.jinja.values.Meter;
import dev.myna.engine.prompt.jinja.values.Operators;
import dev.myna.engine.prompt.jinja.values.Printer;
import dev.myna.engine.prompt.jinja.values.Strings;
import dev.myna.engine.prompt.jinja.values.TemplateException;
import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import dev.myna.engine.prompt.jinja.values.Text;
import dev.myna.engine.prompt.jinja.values.TextBuilder;
import dev.myna.engine.prompt.jinja.values.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of strings, lists and maps: a table each, and nothing beside it. Those that change values are refused. */
final class Methods {
    private static final Set<String> CHANGING_LIST =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> CHANGING_MAP = Set.of("clear", "pop", "popitem", "setdefault", "update");

    /** Python's methods of strings that no published template uses. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "casefold",
            "center",
            "encode",
            "expandtabs",
            "format_map",
            "index",
            "isascii",
            "isdecimal",
            "isidentifier",
            "isprintable",
            "istitle",
            "ljust",
            "maketrans",
            "partition",
            "rindex",
            "rjust",
            "rpartition",
            "swapcase",
            "translate");

    /** A method on the text it is called of. */
    private interface TextMethod {
        Value call(Text self, Arguments arguments);
    }

    private final Meter meter;
    private final Operators operators;
    private final Printer printer;
    private final Map<String, TextMethod> ofText;

    Methods(Meter meter, Operators operators, Printer printer) {
        this.meter = meter;
        this.operators = operators;
        this.printer = printer;
        ofText = Map.ofEntries(
                Map.entry("strip", (self, a) -> strip(self, a, true, true)),
                Map.entry("lstrip", (self, a) -> strip(self, a, true, false)),
                Map.entry("rstrip", (self, a) -> strip(self, a, false, true)),
                Map.entry("split", (self, a) -> split(self, a, false)),
                Map.entry("rsplit", (self, a) -> split(self, a, true)),
                Map.entry("splitlines", (self, a) -> texts(Strings.lines(none(self, a)))),
                Map.entry("startswith", (self, a) -> affix(self, a, true)),
                Map.entry("endswith", (self, a) -> affix(self, a, false)),
                Map.entry("replace", (self, a) -> replace(self, a)),
                Map.entry("find", (self, a) -> find(self, a, false)),
                Map.entry("rfind", (self, a) -> find(self, a, true)),
                Map.entry("count", (self, a) -> {
                    Text part = a.only("sub").requireText(0, "sub");
                    operators.charge(self, part);
                    return Value.of(Strings.count(self.toString(), part.toString()));
                }),
                Map.entry("upper", (self, a) -> Value.of(Strings.upper(none(self, a)))),
                Map.entry("lower", (self, a) -> Value.of(Strings.lower(none(self, a)))),
                Map.entry("title", (self, a) -> Value.of(Strings.title(none(self, a)))),
                Map.entry("capitalize", (self, a) -> Value.of(Strings.capitalize(none(self, a)))),
                Map.entry(
                        "join",
                        (self, a) -> Value.of(
                                join(self, operators.iterate(a.only("iterable").require(0, "iterable")), true))),
                Map.entry("format", (self, a) -> Value.of(new Formats(meter, printer).format(self, a))),
                Map.entry("isdigit", (self, a) -> Value.of(Strings.all(none(self, a), Character::isDigit))),
                Map.entry("isnumeric", (self, a) -> Value.of(Strings.all(none(self, a), Character::isDigit))),
                Map.entry("isalpha", (self, a) -> Value.of(Strings.all(none(self, a), Character::isLetter))),
                Map.entry("isalnum", (self, a) -> Value.of(Strings.all(none(self, a), Character::isLetterOrDigit))),
                Map.entry("isspace", (self, a) -> Value.of(Strings.all(none(self, a), Strings::isSpace))),
                Map.entry("isupper", (self, a) -> Value.of(Strings.isCase(none(self, a), true))),
                Map.entry("islower", (self, a) -> Value.of(Strings.isCase(none(self, a), false))),
                Map.entry("zfill", (self, a) -> zfill(self, a)),
                Map.entry("removeprefix", (self, a) -> {
                    Text prefix = a.only("prefix").requireText(0, "prefix");
                    boolean there = self.toString().startsWith(prefix.toString());
                    return Value.of(there ? self.sub(prefix.units(), self.units()) : self);
                }),
                Map.entry("removesuffix", (self, a) -> {
                    Text suffix = a.only("suffix").requireText(0, "suffix");
                    boolean there = self.toString().endsWith(suffix.toString());
                    return Value.of(there ? self.sub(0, self.units() - suffix.units()) : self);
                }));
    }

    /** The method of a value, bound to it; null if there is none. */
    Value find(Value value, String name) {
        return switch (value) {
            case Value.Str str
            when ofText.containsKey(name) ->
                new Bound(name, arguments -> {
                    meter.characters(str.text().units());
                    return ofText.get(name).call(str.text(), arguments);
                });
            case Value.Str _
            when UNSUPPORTED.contains(name) ->
                new Bound(name, _ -> {
                    throw new TemplateException(Kind.UNKNOWN, -1, "the method " + name + " is not supported");
                });
            case Value.Sequence list -> ofList(list, name);
            case Value.Mapping map -> ofMap(map.entries(), name);
            default -> null;
        };
    }

    private Value ofList(Value.Sequence list, String name) {
        if (!list.tuple() && CHANGING_LIST.contains(name)) {
            return refused("list", name);
        }
        return switch (name) {
            case "count" ->
                new Bound(name, arguments -> {
                    Value wanted = arguments.only("value").require(0, "value");
                    return Value.of(list.elements().stream()
                            .filter(each -> operators.equal(each, wanted))
                            .count());
                });
            case "index" ->
                new Bound(name, arguments -> {
                    Value wanted = arguments.only("value").require(0, "value");
                    for (int i = 0; i < list.elements().size(); i++) {
                        if (operators.equal(list.elements().get(i), wanted)) {
                            return Value.of(i);
                        }
                    }
                    throw arguments.type("finds no such element");
                });
            case "copy" -> list.tuple() ? null : new Bound(name, _ -> list);
            default -> null;
        };
    }

    private Value ofMap(Map<Value, Value> entries, String name) {
        if (CHANGING_MAP.contains(name)) {
            return refused("map", name);
        }
        return switch (name) {
            case "get" ->
                new Bound(name, arguments -> {
                    Value key = Operators.key(arguments.only("key", "default").require(0, "key"));
                    Value found = entries.get(key);
                    return found == null ? arguments.get(1, "default", Value.NONE) : found;
                });
            case "items" -> new Bound(name, arguments -> new Value.View("dict_items", pairs(arguments, entries)));
            case "keys" ->
                new Bound(name, arguments -> {
                    meter.list(arguments.only().positional().size() + entries.size());
                    return new Value.View("dict_keys", new ArrayList<>(entries.keySet()));
                });
            case "values" ->
                new Bound(name, arguments -> {
                    meter.list(arguments.only().positional().size() + entries.size());
                    return new Value.View("dict_values", new ArrayList<>(entries.values()));
                });
            case "copy" -> new Bound(name, _ -> new Value.Mapping(entries));
            default -> null;
        };
    }

    private List<Value> pairs(Arguments arguments, Map<Value, Value> entries) {
        arguments.only();
        return pairs(entries);
    }

    /** Keys with their values, as tuples. */
    List<Value> pairs(Map<Value, Value> entries) {
        meter.list(entries.size());
        List<Value> pairs = new ArrayList<>(entries.size());
        entries.forEach((key, value) -> pairs.add(Value.tuple(List.of(key, value))));
        return pairs;
    }

    private static Value refused(String type, String name) {
        return new Bound(name, _ -> {
            throw new TemplateException(
                    Kind.SECURITY, -1, "the method " + name + " changes a " + type + ", which templates may not");
        });
    }

    private static Text none(Text self, Arguments arguments) {
        arguments.only();
        return self;
    }

    private static Value strip(Text self, Arguments arguments, boolean left, boolean right) {
        return Value.of(Strings.strip(self, arguments.only("chars").text(0, "chars"), left, right));
    }

    private Value split(Text self, Arguments arguments, boolean fromEnd) {
        Text separator = arguments.only("sep", "maxsplit").text(0, "sep");
        long max = arguments.integer(1, "maxsplit", -1);
        if (separator == null) {
            if (fromEnd && max >= 0) {
                throw new TemplateException(Kind.UNKNOWN, -1, "rsplit needs a separator");
            }
            return texts(Strings.words(self, max));
        }
        if (separator.isEmpty()) {
            throw arguments.type("needs a separator that is not empty");
        }
        operators.charge(self, separator);
        return texts(fromEnd ? Strings.splitFromEnd(self, separator, max) : Strings.split(self, separator, max));
    }

    private Value texts(List<Text> texts) {
        meter.list(texts.size());
        List<Value> values = new ArrayList<>(texts.size());
        texts.forEach(text -> values.add(Value.of(text)));
        return Value.list(values);
    }

    private Value affix(Text self, Arguments arguments, boolean start) {
        Value affix = arguments.only("affix").require(0, "affix");
        List<Value> choices =
                affix instanceof Value.Sequence tuple && tuple.tuple() ? tuple.elements() : List.of(affix);
        for (Value choice : choices) {
            if (!(choice instanceof Value.Str str)) {
                if (choice instanceof Value.Undefined undefined) {
                    throw Operators.undefined(undefined);
                }
                throw arguments.type("needs a string, not " + Operators.typeName(choice));
            }
            boolean found = start
                    ? self.toString().startsWith(str.toString())
                    : self.toString().endsWith(str.toString());
            if (found) {
                return Value.TRUE;
            }
        }
        return Value.FALSE;
    }

    private Value replace(Text self, Arguments arguments) {
        Text from = arguments.only("old", "new", "count").requireText(0, "old");
        Text to = arguments.requireText(1, "new");
        return Value.of(replace(self, from, to, arguments.integer(2, "count", -1)));
    }

    /** Replaces, charged by what comes out. */
    Text replace(Text text, Text from, Text to, long max) {
        operators.charge(text, from);
        long times = Strings.count(text.toString(), from.toString());
        times = max < 0 ? times : Math.min(max, times);
        meter.string(text.units() + times * ((long) to.units() - from.units()));
        return Strings.replace(text, from, to, max);
    }

    private Value find(Text self, Arguments arguments, boolean last) {
        Text part = arguments.only("sub").requireText(0, "sub");
        operators.charge(self, part);
        int at = last
                ? self.toString().lastIndexOf(part.toString())
                : self.toString().indexOf(part.toString());
        return Value.of(at < 0 ? -1 : self.toString().codePointCount(0, at));
    }

    private Value zfill(Text self, Arguments arguments) {
        int width = Meter.width(arguments.only("width").integer(0, "width", 0));
        int zeros = Math.max(0, width - self.length());
        boolean signed = self.toString().startsWith("-") || self.toString().startsWith("+");
        return Value.of(new TextBuilder()
                .append(self.sub(0, signed ? 1 : 0))
                .append("0".repeat(zeros), Text.TEMPLATE)
                .append(self.sub(signed ? 1 : 0, self.units()))
                .build());
    }

    /** Elements with {@code separator} between them; only strings if {@code strict}. */
    Text join(Text separator, List<Value> elements, boolean strict) {
        TextBuilder out = new TextBuilder();
        for (int i = 0; i < elements.size(); i++) {
            Value element = elements.get(i);
            if (strict && !(element instanceof Value.Str)) {
                throw Operators.type("join needs strings, not " + Operators.typeName(element));
            }
            Text text = printer.print(element);
            meter.string((long) out.units() + text.units() + separator.units());
            if (i > 0) {
                out.append(separator);
            }
            out.append(text);
        }
        return out.build();
    }

    /** A method with its value. */
    private record Bound(String name, java.util.function.Function<Arguments, Value> method) implements Value.Callable {
        @Override
        public Value call(Arguments arguments) {
            return method.apply(arguments);
        }
    }
}
