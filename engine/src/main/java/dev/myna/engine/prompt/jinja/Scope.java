// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine.prompt.jinja;

import dev.myna.engine.prompt.jinja.values.Value;
import java.util.HashMap;
import java.util.Map;

/** Variables of a loop's round, a macro's call or a block, before those around it. */
final class Scope {
    private final Scope outer;
    private final Map<String, Value> variables = new HashMap<>();

    Scope(Scope outer) {
        this.outer = outer;
    }

    /** The value, or null. */
    Value find(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Value value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    void set(String name, Value value) {
        variables.put(name, value);
    }
}
