// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.tools;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The calls of one answer so far, and what may be called. */
final class Calls {
    private final Map<String, Tool> tools;
    private final Supplier<String> ids;
    private final Events events;
    private int count;
    private boolean hasArguments;

    Calls(List<Tool> tools, Supplier<String> ids, Events events) {
        this.tools = Tool.byName(tools);
        this.ids = ids;
        this.events = events;
    }

    boolean knows(String name) {
        return tools.containsKey(name);
    }

    /** JSON types that an argument may have; empty if that is not said. */
    Set<String> types(String tool, String argument) {
        return tools.get(tool).types(argument);
    }

    /** Calls so far. */
    int count() {
        return count;
    }

    /** A call begins. @param id what the model calls it, or null */
    void begin(String name, String id) {
        events.add(new AnswerEvent.Call(count++, id == null ? ids.get() : id, name));
        hasArguments = false;
    }

    /** More of the arguments of the latest call. */
    void arguments(String json) {
        if (!json.isEmpty()) {
            events.add(new AnswerEvent.Arguments(count - 1, json));
            hasArguments = true;
        }
    }

    /** Whether the latest call has arguments. */
    boolean hasArguments() {
        return hasArguments;
    }
}
