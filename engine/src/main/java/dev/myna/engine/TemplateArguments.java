// SPDX-License-Identifier: Apache-2.0
package dev.myna.engine;

import dev.myna.engine.error.RequestException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Variables for chat templates: strings, numbers, booleans, null, lists and maps of them. */
public final class TemplateArguments {
    private TemplateArguments() {}

    /** Whether the conversation itself defines the variable of this name. */
    public static boolean isReserved(String name) {
        return name.equals("messages") || name.equals("tools");
    }

    /**
     * An unmodifiable copy, in order.
     *
     * @throws RequestException if a name is reserved
     */
    static Map<String, Object> copyOf(Map<String, Object> arguments) {
        for (String name : arguments.keySet()) {
            if (isReserved(name)) {
                throw new RequestException("a variable of a chat template cannot be called " + name);
            }
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }
}
