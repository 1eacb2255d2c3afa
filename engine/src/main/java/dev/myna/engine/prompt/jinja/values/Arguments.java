// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja.values;

import dev.myna.engine.prompt.jinja.values.TemplateException.Kind;
import java.util.List;
import java.util.Map;

/** What a function, filter or test is called with. */
public record Arguments(String function, List<Value> positional, Map<String, Value> named) {
    /** Checks that there are no more than {@code names}, and none of another name. */
    public Arguments only(String... names) {
        if (positional.size() > names.length) {
            throw type("takes at most " + names.length + " arguments, not " + positional.size());
        }
        List<String> known = List.of(names);
        named.keySet().forEach(name -> {
            int at = known.indexOf(name);
            if (at < 0 || at < positional.size()) {
                throw type("does not take an argument " + name + (at < 0 ? "" : " twice"));
            }
        });
        return this;
    }

    /** The argument at a position or of a name; null if it is absent. */
    public Value get(int position, String name) {
        return position < positional.size() ? positional.get(position) : named.get(name);
    }

    public Value get(int position, String name, Value otherwise) {
        Value value = get(position, name);
        return value == null ? otherwise : value;
    }

    public Value require(int position, String name) {
        Value value = get(position, name);
        if (value == null) {
            throw type("needs an argument " + name);
        }
        return value;
    }

    /** A string argument; null if it is absent or none. */
    public Text text(int position, String name) {
        return switch (get(position, name)) {
            case null -> null;
            case Value.None _ -> null;
            case Value.Str str -> str.text();
            case Value.Undefined undefined -> throw Operators.undefined(undefined);
            case Value other -> throw type("needs a string, not " + Operators.typeName(other));
        };
    }

    public Text requireText(int position, String name) {
        Text text = text(position, name);
        if (text == null) {
            throw type("needs a string");
        }
        return text;
    }

    public long integer(int position, String name, long otherwise) {
        return switch (get(position, name)) {
            case null -> otherwise;
            case Value.None _ -> otherwise;
            case Value.Int number -> number.value();
            case Value.Bool bool -> bool.value() ? 1 : 0;
            case Value other -> throw type("needs an integer, not " + Operators.typeName(other));
        };
    }

    public boolean flag(int position, String name, boolean otherwise) {
        Value value = get(position, name);
        return value == null ? otherwise : Operators.truth(value);
    }

    public TemplateException type(String message) {
        return new TemplateException(Kind.TYPE, -1, function + " " + message);
    }
}
