// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Arguments;
import dev.myna.engine.prompt.jinja.values.Function;
import dev.myna.engine.prompt.jinja.values.Operators;
import dev.myna.engine.prompt.jinja.values.Value;
import java.util.List;

/** The variable {@code loop}: where a loop is. */
final class LoopVariable implements Value.Attributed {
    private final List<Value> elements;
    private final Operators operators;
    private final int depth;
    private int index;
    private List<Value> lastChanged;

    LoopVariable(List<Value> elements, Operators operators, int depth) {
        this.elements = elements;
        this.operators = operators;
        this.depth = depth;
    }

    void moveTo(int element) {
        index = element;
    }

    int depth() {
        return depth;
    }

    @Override
    public Value attribute(String name) {
        return switch (name) {
            case "index" -> Value.of(index + 1);
            case "index0" -> Value.of(index);
            case "revindex" -> Value.of(elements.size() - index);
            case "revindex0" -> Value.of(elements.size() - index - 1);
            case "first" -> Value.of(index == 0);
            case "last" -> Value.of(index == elements.size() - 1);
            case "length" -> Value.of(elements.size());
            case "depth" -> Value.of(depth);
            case "depth0" -> Value.of(depth - 1);
            case "previtem" -> index == 0 ? new Value.Undefined("loop.previtem") : elements.get(index - 1);
            case "nextitem" ->
                index == elements.size() - 1 ? new Value.Undefined("loop.nextitem") : elements.get(index + 1);
            case "cycle" -> new Function("cycle", this::cycle);
            case "changed" -> new Function("changed", this::changed);
            default -> null;
        };
    }

    private Value cycle(Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw arguments.type("needs values");
        }
        return arguments.positional().get(index % arguments.positional().size());
    }

    private Value changed(Arguments arguments) {
        boolean same =
                lastChanged != null && operators.equal(Value.list(lastChanged), Value.list(arguments.positional()));
        lastChanged = arguments.positional();
        return Value.of(!same);
    }
}
